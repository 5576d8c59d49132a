package hearth.worker.runtimes;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Runs `--version`, once for each interpreter.
final class ProcessProbe implements VersionProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Map<Interpreter, Optional<Version>> known = new ConcurrentHashMap<>();

    @Override
    public Optional<Version> versionOf(Interpreter interpreter) {
        var version = known.get(interpreter);
        if (version == null) {
            var answer = run(interpreter);
            if (answer.isEmpty()) {
                // Perhaps the host was busy: it is asked again.
                return Optional.empty();
            }
            version = Version.in(answer.get());
            known.put(interpreter, version);
        }
        return version;
    }

    /// What it printed, or nothing if it did not end in time.
    private static Optional<String> run(Interpreter interpreter) {
        var builder = new ProcessBuilder(interpreter.executable().toString(), "--version")
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        builder.environment().clear();
        try {
            var process = builder.start();
            try {
                // A version fits a pipe's buffer, so that it need not be read while the process runs.
                return process.waitFor(PATIENCE)
                        ? Optional.of(new String(process.getInputStream().readNBytes(1024), StandardCharsets.UTF_8))
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
