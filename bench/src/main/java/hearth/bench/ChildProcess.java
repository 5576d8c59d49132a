package hearth.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A program of this module in a process of its own, which answers each line with one.
record ChildProcess(Process process, Writer to, BufferedReader from) implements AutoCloseable {
    /// What an answer begins with that tells why there is none.
    static final String FAILED = "failed: ";

    static ChildProcess start(String main, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new ChildProcess(process, process.outputWriter(), process.inputReader());
    }

    String line() throws IOException {
        var line = from.readLine();
        if (line == null) {
            throw new IOException("A program of the benchmark has ended");
        }
        return line;
    }

    String ask(String what) throws IOException {
        to.write(what + "\n");
        to.flush();
        var answer = line();
        if (answer.startsWith(FAILED)) {
            throw new IOException(what + " " + answer);
        }
        return answer;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
