/// The Runtime API 2018-06-01: how a runtime fetches events and posts what became of them.
///
/// `RuntimeApiServer` listens for one environment, a `RuntimeConnection` reads requests with a
/// `RequestDecoder`, and the `RuntimeSession` of the process that runs now decides what each may do. A
/// `RuntimeListener` hears of it.
@NullMarked
package hearth.worker.runtimeapi;

import org.jspecify.annotations.NullMarked;
