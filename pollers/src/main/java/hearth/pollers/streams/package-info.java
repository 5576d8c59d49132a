/// What pollers of streams have in common: shards, order, batches, checkpoints, failures and windows.
///
/// `ShardWork` decides and knows no threads, services or clocks; `ShardReader` does what it says.
@NullMarked
package hearth.pollers.streams;

import org.jspecify.annotations.NullMarked;
