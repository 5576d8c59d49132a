/// What members of a cluster say to each other of the functions' environments: a shard's functions are looked after
/// by one member at a time, and each takes invocations of all.
///
/// Module `members` carries these messages and writes them in bytes, by `FieldWriter`, `FunctionCodec` and
/// their like of `link`. No payload is among them.
@NullMarked
package hearth.invoke.shards;

import org.jspecify.annotations.NullMarked;
