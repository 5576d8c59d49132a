package hearth.pollers;

import hearth.model.EventSourceMappingId;
import hearth.model.FunctionId;

/// Whoever counts what becomes of messages and records. Told on any thread; must not block.
public interface PollerMeter {
    PollerMeter NONE = new PollerMeter() {};

    /// They were taken out of the source (`PolledEventCount`).
    default void polled(EventSourceMappingId mapping, int events) {}

    /// The filters let them not through (`FilteredOutEventCount`).
    default void filteredOut(EventSourceMappingId mapping, int events) {}

    /// The function ran on them (`InvokedEventCount`).
    default void invoked(EventSourceMappingId mapping, int events) {}

    /// The function ran on them, or was to, and failed (`FailedInvokeEventCount`).
    default void failed(EventSourceMappingId mapping, int events) {}

    /// They were deleted from their queue (`DeletedEventCount`).
    default void deleted(EventSourceMappingId mapping, int events) {}

    /// They went to the destination of what failed (`OnFailureDestinationDeliveredEventCount`).
    default void toldOfFailure(EventSourceMappingId mapping, int events) {}

    /// A function did not run, because it has come round a recursive loop.
    default void recursionStopped(FunctionId function) {}

    /// Hearth failed within itself.
    default void defect() {}
}
