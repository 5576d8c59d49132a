package hearth.conformance.faults.sources;

import java.io.IOException;

/// Has processes stand still and go on, with all their children.
final class Signals {
    private Signals() {}

    static void stop(ProcessHandle process) throws IOException, InterruptedException {
        send("STOP", process);
    }

    static void goOn(ProcessHandle process) throws IOException, InterruptedException {
        send("CONT", process);
    }

    private static void send(String signal, ProcessHandle process) throws IOException, InterruptedException {
        if (!sent(signal, process)) {
            throw new IOException(process.pid() + " takes no SIG" + signal);
        }
        for (var child : process.descendants().toList()) {
            // It may have ended meanwhile.
            var _ = sent(signal, child);
        }
    }

    private static boolean sent(String signal, ProcessHandle process) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
