package hearth.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;

/// Ends the servers of a JVM that ends before them, as one does that is killed: a small program that is told of each
/// server, and asks those that are left to stop when it hears no more.
final class LastWatch {
    private static final String PROGRAM = """
            servers=
            while read -r sign pid; do
              others=
              for server in $servers; do
                [ "$server" = "$pid" ] || others="$others $server"
              done
              servers=$others
              [ "$sign" = - ] || servers="$servers $pid"
            done
            [ -z "$servers" ] || kill $servers
            """;

    private static final Writer SAYING = start();

    private LastWatch() {}

    /// In a session of its own, so that a Ctrl-C does not end it first.
    private static Writer start() {
        try {
            return new ProcessBuilder(List.of("setsid", "sh", "-c", PROGRAM))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .outputWriter();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void begins(long server) {
        say("+ " + server);
    }

    /// It has ended, and its number may come to be another's.
    static void hasEnded(long server) {
        say("- " + server);
    }

    private static void say(String line) {
        synchronized (SAYING) {
            try {
                SAYING.append(line).append('\n').flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
