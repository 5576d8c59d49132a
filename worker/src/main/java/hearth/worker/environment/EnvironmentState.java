package hearth.worker.environment;

import hearth.model.worker.Report.Phase;

/// The state of an execution environment, and what may follow. What a phase still waits for is the phase's to know.
sealed interface EnvironmentState {
    /// Code and sandbox are being fetched and made.
    record Preparing() implements EnvironmentState {}

    /// Closed before code and sandbox were there: they are removed as soon as they come.
    record Abandoned() implements EnvironmentState {}

    /// The INIT phase: the runtime starts.
    record Initializing() implements EnvironmentState {}

    /// Free for an invocation.
    ///
    /// @param running whether the runtime waits for it; else INIT failed or a reset ended the runtime, and the
    ///     next invocation starts it again
    record Idle(boolean running) implements EnvironmentState {}

    /// An invocation waits for the runtime, which starts within its time.
    record Restarting() implements EnvironmentState {}

    /// The RESTORE phase, under SnapStart: an invocation waits for what the function does after a restore.
    record Restoring() implements EnvironmentState {}

    /// The INVOKE phase: from the event to the runtime's next request for one. Where several invocations run at
    /// once, as long as any does.
    record Invoking() implements EnvironmentState {}

    /// The runtime was killed and has not ended yet.
    record Resetting() implements EnvironmentState {}

    /// The SHUTDOWN phase: everything is being removed.
    record Closing() implements EnvironmentState {}

    record Gone() implements EnvironmentState {}

    /// What happens to an environment.
    enum Event {
        /// Code and sandbox are there.
        PREPARED,
        /// Code and sandbox are not to be had.
        NOT_PREPARED,
        /// The runtime asks for its next event, or, where it asks ahead, is done with the last that it had.
        ASKED,
        INVOKED,
        /// The first invocation has come, for which the runtime is restored.
        RESTORES,
        /// The runtime must go: INIT failed, or time ran out.
        RESET,
        /// The runtime's process has ended.
        EXITED,
        /// The environment is to end.
        CLOSED,
        /// Nothing is left of it.
        REMOVED
    }

    /// Whether it has begun to end.
    default boolean ending() {
        return this instanceof Abandoned || this instanceof Closing || this instanceof Gone;
    }

    default boolean idle() {
        return this instanceof Idle;
    }

    /// What the worker reports of it.
    default Phase reported() {
        return switch (this) {
            case Preparing _, Initializing _ -> Phase.STARTING;
            case Idle _ -> Phase.IDLE;
            case Restarting _, Restoring _, Invoking _, Resetting _ -> Phase.BUSY;
            case Abandoned _, Closing _, Gone _ -> Phase.ENDING;
        };
    }

    /// The next state; there is no other way from one to the next.
    default EnvironmentState after(Event event) {
        return switch (event) {
            case PREPARED ->
                switch (this) {
                    case Preparing _ -> new Initializing();
                    case Abandoned _ -> new Closing();
                    default -> throw illegal(event);
                };
            case NOT_PREPARED ->
                switch (this) {
                    case Preparing _, Abandoned _ -> new Closing();
                    default -> throw illegal(event);
                };
            case ASKED ->
                switch (this) {
                    case Initializing _, Invoking _ -> new Idle(true);
                    case Restarting _, Restoring _ -> new Invoking();
                    default -> throw illegal(event);
                };
            case RESTORES ->
                switch (this) {
                    case Idle(var running) when running -> new Restoring();
                    default -> throw illegal(event);
                };
            case INVOKED ->
                switch (this) {
                    case Idle(var running) -> running ? new Invoking() : new Restarting();
                    default -> throw illegal(event);
                };
            case RESET ->
                switch (this) {
                    case Initializing _, Restarting _, Restoring _, Invoking _ -> new Resetting();
                    default -> throw illegal(event);
                };
            case EXITED ->
                switch (this) {
                    case Initializing _, Idle _, Restarting _, Restoring _, Invoking _, Resetting _ -> new Idle(false);
                    case Closing closing -> closing;
                    default -> throw illegal(event);
                };
            case CLOSED ->
                switch (this) {
                    case Preparing _ -> new Abandoned();
                    case Abandoned _, Gone _ -> throw illegal(event);
                    default -> new Closing();
                };
            case REMOVED ->
                switch (this) {
                    case Closing _ -> new Gone();
                    default -> throw illegal(event);
                };
        };
    }

    private IllegalStateException illegal(Event event) {
        return new IllegalStateException("%s cannot follow %s".formatted(event, this));
    }
}
