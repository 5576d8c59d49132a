/// The logs of functions: what they print and what the platform says of their invocations, kept as log streams
/// on disk.
///
/// On the event loop an `OutputPipe` reads a process's output and a `FunctionLog` makes records of it, one for
/// each line (`LineSplitter`) or frame (`FrameParser`), beside the platform's own (`PlatformRecord`, put into words
/// by `TextForm` and `JsonForm`). A `LogStream` hands them to the `LogWriter`, whose thread alone touches the
/// disk. A `LogReader`, mostly in another process, reads and follows.
@NullMarked
package hearth.worker.logs;

import org.jspecify.annotations.NullMarked;
