package hearth.events;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What is done with the items of queues that the store keeps. All but `begin` may block for as long as a read of the
/// store takes, and throw when it cannot be read.
///
/// @param <K> what a queue is known by
/// @param <T> an item
interface Work<K, T> {
    /// The first items of a queue that are due, but for some.
    List<T> due(K queue, long now, Set<Long> others, int most);

    /// When the first is due that is not due yet.
    Optional<Long> nextDue(K queue, long now);

    long id(T item);

    /// Begins the work on one item. Does not block.
    ///
    /// @param ended told exactly once, on any thread
    void begin(T item, Consumer<Ended> ended);
}
