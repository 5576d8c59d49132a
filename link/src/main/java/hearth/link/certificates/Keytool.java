package hearth.link.certificates;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The JDK's own maker of certificates, which every Java runtime has beside it. The JDK has no interface for it, and a
/// library would bring ten megabytes for two commands.
final class Keytool {
    private static final int SECONDS = 60;

    private Keytool() {}

    /// Runs it to its end.
    ///
    /// @throws IOException when it fails, with what it said
    static void run(List<String> words) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(words);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var said = process.inputReader()) {
            process.getOutputStream().close();
            var text = said.readAllAsString().strip();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("keytool does not end");
            }
            if (process.exitValue() != 0) {
                throw new IOException("keytool could not do it: " + text);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("keytool was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
