/// System calls through `java.lang.foreign`: the one place that knows C.
///
/// Descriptors are plain `int`s here, because an event loop and a spawned process want them so. Whoever gets one
/// closes it. All of them are close-on-exec.
@NullMarked
package hearth.worker.linux;

import org.jspecify.annotations.NullMarked;
