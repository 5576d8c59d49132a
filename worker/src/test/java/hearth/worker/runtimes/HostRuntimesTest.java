package hearth.worker.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What discovery says of the very host that the tests run on is true.
class HostRuntimesTest {
    @TempDir
    private Path guest;

    @Test
    void tellsTheVersionsThatTheInterpretersTell() throws Exception {
        var runtimes =
                Runtimes.discover(HostLayout.of(System.getenv(), guest, new KeptRuntimes(guest.resolve("kept"))));
        var installed = runtimes.table().stream()
                .filter(Runtimes.Row::installed)
                .filter(row -> !row.version().isEmpty())
                .toList();

        assertThat(installed)
                .as("the tests themselves run on a Java 25")
                .extracting(Runtimes.Row::id)
                .contains("java25");
        for (var row : installed) {
            var program = row.note();
            var answer = run(Map.of(), List.of(program, row.id().startsWith("java") ? "-version" : "--version"));
            assertThat(answer).as(row.toString()).contains(row.version());
        }
    }

    @Test
    void runsEachPythonInThePlaceThatASandboxGivesIt() throws Exception {
        assumeTrue(isRoot(), "needs root to mount");
        var runtimes =
                Runtimes.discover(HostLayout.of(System.getenv(), guest, new KeptRuntimes(guest.resolve("kept"))));
        int tried = 0;
        for (var row : runtimes.table()) {
            if (row.id().startsWith("python") && row.installed()) {
                var runtime = runtimes.find(row.id()).orElseThrow();
                assertThat(importsWhatNeedsLibraries(runtime))
                        .as(row.toString())
                        .isEqualTo("whole " + row.version());
                tried++;
            }
        }
        assumeTrue(tried > 0, "the host has no Python");
    }

    /// Without the host's `/root` and `/home`, as in a sandbox, and with little environment.
    private static String importsWhatNeedsLibraries(InstalledRuntime runtime) throws IOException, InterruptedException {
        var mounts = new StringBuilder("mount -t tmpfs none /var && mkdir /var/lang && ");
        for (var mount : runtime.mounts()) {
            if (mount.inside().equals("/var/lang")) {
                mounts.append("mount --bind ").append(mount.host()).append(" /var/lang && ");
            }
        }
        mounts.append("mount -t tmpfs none /root && mount -t tmpfs none /home && exec \"$@\"");
        var command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", mounts.toString(), "sh"));
        command.add(runtime.command(Bytes.mebibytes(128)).getFirst());
        command.addAll(List.of(
                "-S",
                "-c",
                "import ssl, ctypes, zlib, hashlib, sys; print('whole', '%d.%d.%d' % sys.version_info[:3])"));
        var environment = new HashMap<>(runtime.environment());
        environment.put("LD_LIBRARY_PATH", "/var/lang/lib");
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return run(environment, command).strip();
    }

    @Test
    void compilesThePythonBootstrapOnce() throws Exception {
        var folder = Files.createDirectories(guest.resolve("python"));
        var source = Files.writeString(folder.resolve("hearth_test.py"), "ANSWER = 42\n");
        var runtimes =
                Runtimes.discover(HostLayout.of(System.getenv(), guest, new KeptRuntimes(guest.resolve("kept"))));
        var python = runtimes.table().stream()
                .filter(row -> row.id().startsWith("python") && row.installed())
                .findFirst();
        assumeTrue(python.isPresent(), "the host has no Python");
        var id = python.get().id();
        var compiled = folder.resolve(
                "__pycache__/hearth_test.cpython-" + id.substring(6).replace(".", "") + ".pyc");

        runtimes.find(id);
        await(compiled);
        var made = Files.getLastModifiedTime(compiled);
        new PythonBytecode(folder)
                .compile(Interpreter.at(Path.of(python.get().note())).orElseThrow(), tag(compiled));
        assertThat(Files.getLastModifiedTime(compiled))
                .as("it is not compiled again")
                .isEqualTo(made);

        Files.writeString(source, "ANSWER = 42 + 1\n");
        new PythonBytecode(folder)
                .compile(Interpreter.at(Path.of(python.get().note())).orElseThrow(), tag(compiled));
        assertThat(Files.getLastModifiedTime(compiled))
                .as("its source has changed")
                .isGreaterThan(made);
    }

    private static String tag(Path compiled) {
        return compiled.getFileName().toString().split("\\.")[1];
    }

    private static void await(Path file) {
        long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (!Files.exists(file)) {
            assertThat(System.nanoTime()).as(file + " appears").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static String run(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
