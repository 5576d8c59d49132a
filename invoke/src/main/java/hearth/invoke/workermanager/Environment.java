package hearth.invoke.workermanager;

import hearth.invoke.placement.Slot;
import hearth.model.worker.EnvironmentId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One execution environment in the EnvironmentTable, and guarded as that is.
final class Environment {
    private final EnvironmentId id;
    private final FunctionEnvironments function;
    private final Instant asked;
    private boolean provisioned;
    private EnvironmentState state = new EnvironmentState.Starting();
    private long reservations;
    /// Whether another member asked for it, so that nobody here knows how long it took to come up.
    private boolean adopted;
    /// Those of its function on its worker; null until it has one.
    private @Nullable Turns turns;

    /// Null until the PlacementService has found one.
    private @Nullable Slot slot;

    /// @param asked when it was asked for
    /// @param provisioned whether it is kept initialised, used or not
    Environment(EnvironmentId id, FunctionEnvironments function, Instant asked, boolean provisioned) {
        this.provisioned = provisioned;
        this.id = id;
        this.function = function;
        this.asked = asked;
    }

    /// One that a worker has made for another member, which looked after it before.
    ///
    /// @param reservations the highest number of a reservation that it honoured
    static Environment adopted(
            EnvironmentId id,
            FunctionEnvironments function,
            Instant now,
            boolean provisioned,
            long reservations,
            Slot slot) {
        var environment = new Environment(id, function, now, provisioned);
        environment.adopted = true;
        environment.reservations = reservations;
        environment.placed(slot);
        return environment;
    }

    /// Its first state, and counts as that.
    void adopt(EnvironmentState first) {
        state = first;
        function.stock().entered(this);
    }

    /// That of one which runs invocations that another member gave it to.
    ///
    /// @param numbers of their reservations
    EnvironmentState runs(List<Long> numbers, Instant now) {
        EnvironmentState.Busy busy = null;
        for (var number : numbers) {
            busy = new EnvironmentState.Busy(EnvironmentState.Busy.OF_ANOTHER, number, now, turns().begin(), busy);
        }
        return busy == null ? new EnvironmentState.Idle(now) : busy;
    }

    boolean isAdopted() {
        return adopted;
    }

    EnvironmentId id() {
        return id;
    }

    FunctionEnvironments function() {
        return function;
    }

    boolean isProvisioned() {
        return provisioned;
    }

    /// From now on it may end as any other. Only while it is in no state that counts it.
    void unprovision() {
        provisioned = false;
        function.countProvisioned(slot().worker(), -1);
    }

    Instant asked() {
        return asked;
    }

    EnvironmentState state() {
        return state;
    }

    void happened(EnvironmentState.Event event) {
        state = state.after(event);
    }

    /// Goes to the next state, and counts as that.
    private void change(EnvironmentState.Event event) {
        function.stock().left(this);
        happened(event);
        function.stock().entered(this);
    }

    /// Whether it may be given to one more invocation.
    boolean hasRoom() {
        return switch (state) {
            case EnvironmentState.Idle _ -> true;
            case EnvironmentState.Busy busy -> busy.count() < function.maxConcurrency();
            case EnvironmentState.Starting _, EnvironmentState.OutOfReach _, EnvironmentState.Retiring _ -> false;
        };
    }

    /// It is given to an invocation, which takes a turn.
    ///
    /// @param epoch of the reservation
    /// @return its number, which no other has
    long take(long epoch, Instant now) {
        long number = ++reservations;
        change(new EnvironmentState.Event.Taken(epoch, number, now, turns().begin()));
        return number;
    }

    void retire() {
        endTurns();
        change(new EnvironmentState.Event.Retired());
    }

    /// What is known of a reservation; null if none of its running invocations has it.
    EnvironmentState.@Nullable Busy under(long reservation) {
        return state instanceof EnvironmentState.Busy busy ? busy.find(reservation) : null;
    }

    /// The connection to its worker was lost.
    void cutOff() {
        change(new EnvironmentState.Event.CutOff());
    }

    void placed(Slot found) {
        slot = found;
        turns = function.turns().on(found);
    }

    /// The turn of one invocation is over.
    void endTurn(EnvironmentState.Busy of) {
        turns().end(of.round());
    }

    /// All that have it end their turns.
    void endTurns() {
        for (var one = state instanceof EnvironmentState.Busy busy ? busy : null; one != null; one = one.others()) {
            endTurn(one);
        }
    }

    Turns turns() {
        if (turns == null) {
            throw new IllegalStateException("Environment " + id + " has no slot yet");
        }
        return turns;
    }

    Slot slot() {
        if (slot == null) {
            throw new IllegalStateException("Environment " + id + " has no slot yet");
        }
        return slot;
    }
}
