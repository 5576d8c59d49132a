package hearth.cluster;

/// How long a queue is.
///
/// @param key of a function's events the function, of deliveries their target
/// @param count of what is in it, due or not
/// @param due when the first of them is
/// @param last when the last of them is due
public record QueueLength<K>(K key, long count, long due, long last) {}
