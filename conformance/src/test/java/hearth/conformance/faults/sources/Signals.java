package hearth.conformance.faults.sources;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

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
        var pids = Stream.concat(Stream.of(process), process.descendants())
                .map(each -> Long.toString(each.pid()))
                .toList();
        var command =
                Stream.concat(Stream.of("kill", "-" + signal), pids.stream()).toList();
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(List.copyOf(command) + " failed");
        }
    }
}
