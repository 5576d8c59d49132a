package hearth.events;

import hearth.model.FunctionId;
import java.time.Duration;

/// Whoever counts what becomes of events. Told on any thread; must not block.
public interface EventMeter {
    EventMeter NONE = new EventMeter() {};

    /// An event is kept (`AsyncEventsReceived`).
    default void received(FunctionId function) {}

    /// A function is about to run on an event for the first time (`AsyncEventAge`).
    default void begun(FunctionId function, Duration age) {}

    /// An event was given up (`AsyncEventsDropped`).
    ///
    /// @param reason as the record says it, or `ResourceNotFound`
    default void dropped(FunctionId function, String reason) {}

    /// An event was not run, because it came of a recursive loop (`RecursiveInvocationsDropped`). It was also dropped.
    default void recursionStopped(FunctionId function) {}

    /// An event was given to a dead letter queue or a destination in vain, and will not be again
    /// (`DeadLetterErrors`, `DestinationDeliveryFailures`).
    default void undeliverable(FunctionId function, boolean deadLetter) {}

    /// A service took what it was to hear of an event.
    default void delivered(FunctionId function) {}

    /// Hearth failed within itself.
    default void defect() {}
}
