/// The CountingService over several machines: an `AccountLedger` decides for an account, and each frontend admits
/// from the leases that it holds of it. Plain state machines and messages: nothing here is wired to a network
/// yet.
@NullMarked
package hearth.invoke.counting.sharded;

import org.jspecify.annotations.NullMarked;
