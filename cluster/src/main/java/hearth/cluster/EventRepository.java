package hearth.cluster;

import hearth.model.FunctionId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Keeps events that wait for their functions, and what is to be delivered of those that are done.
///
/// What writes returns at once, with a future that is complete when the write is on the disk. It is completed by
/// the writer's thread, which nobody may block. All that writes throws `IllegalStateException` once it is closed.
public interface EventRepository {
    CompletableFuture<EventRecord> accept(EventRecord event);

    /// Keeps an event for another try.
    CompletableFuture<EventRecord> postpone(EventRecord event);

    /// Ends an event: with it goes, in one step, what is to be heard of it. Does nothing when it was ended before.
    CompletableFuture<EventRecord> finish(
            EventRecord event, List<DeliveryRecord> deliveries, List<EventRecord> passedOn);

    /// The first of a function's queue that are due, but for some.
    ///
    /// @param bytes how much their payloads may hold together; the first is read however large it is
    List<EventRecord> due(FunctionId function, long now, Set<Long> others, int most, long bytes);

    /// When the first of a function's events is due that is not due yet.
    Optional<Long> nextDue(FunctionId function, long now);

    /// Every function that has events.
    List<QueueLength<FunctionId>> queues();

    CompletableFuture<DeliveryRecord> delivered(DeliveryRecord delivery);

    /// Keeps a delivery for another try.
    ///
    /// @param why the last one failed
    CompletableFuture<DeliveryRecord> setBack(DeliveryRecord delivery, long due, String why);

    /// The first of a target's queue that are due, but for some.
    ///
    /// @param bytes how much their bodies may hold together; the first is read however large it is
    List<DeliveryRecord> deliveriesDue(String target, long now, Set<Long> others, int most, long bytes);

    /// When the first of a target's deliveries is due that is not due yet.
    Optional<Long> nextDelivery(String target, long now);

    /// Every target that has deliveries.
    List<QueueLength<String>> targets();

    /// The latest time, by the queue's clock, at which anything came in that is still here; 0 when nothing is.
    long latest();
}
