package hearth.worker.sandbox;

import java.util.OptionalInt;

/// A process tree in a sandbox, watched by file descriptors that an event loop can wait on.
public interface SandboxProcess {
    /// A pidfd: readable once the process has ended and, with it, all of its tree. Stays open until `close`.
    int pidfd();

    /// The non-blocking read end of the pipe that stdout and stderr write to, and framed log records too, for which
    /// the process has it as descriptor 62 (`_LAMBDA_TELEMETRY_LOG_FD`): what comes through
    /// one pipe keeps its order. Stays open until `close`.
    int output();

    /// Our end of the channel, non-blocking; empty where the process has none. Whoever takes it closes it.
    default OptionalInt takeChannel() {
        return OptionalInt.empty();
    }

    /// How it ended. To be called once `pidfd` is readable; does not block then.
    Exit exit();

    /// Sends SIGKILL to the whole tree. Safe to repeat, and after the end.
    void kill();

    /// Closes the descriptors. The process must have ended.
    void close();

    /// How a process ended.
    sealed interface Exit {
        record Status(int code) implements Exit {}

        /// @param number as in `kill -l`
        record Signal(int number) implements Exit {}

        /// The sandbox failed before the program ran, for example because there is no such file.
        ///
        /// @param message in AWS's words where it has some, such as
        ///     `fork/exec /var/task/bootstrap: no such file or directory`
        record NotStarted(String message) implements Exit {}
    }
}
