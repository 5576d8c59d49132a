package hearth.worker.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.Await;
import hearth.worker.sandbox.ProcessSpec;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxRun;
import hearth.worker.sandbox.SandboxSpec;
import hearth.worker.sandbox.Sandboxes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JavaArchivesTest {
    private static final Path GUEST =
            Objects.requireNonNull(SandboxRun.launcher().getParent());
    private static final Bytes MEMORY = Bytes.mebibytes(512);

    @TempDir
    Path directory;

    private SandboxFactory sandboxes;
    private JavaArchives archives;
    private Runtimes runtimes;

    @BeforeEach
    void start() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        sandboxes = Sandboxes.choose(SandboxRun.config(directory.resolve("sandboxes")))
                .factory();
        archives = new JavaArchives(directory.resolve("java"), sandboxes);
        runtimes = Runtimes.discover(
                HostLayout.of(System.getenv(), GUEST, KeptRuntimes.in(Path.of("/nonexistent"))), archives);
    }

    @AfterEach
    void end() {
        if (archives != null) {
            archives.close();
            sandboxes.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"java17", "java21", "java25"})
    void letsTheNextStartTakeItsClassesFromTheArchive(String id) throws Exception {
        assumeTrue(runtimes.find(id).isPresent(), "This host has no " + id);

        Await.until(() -> runtimes.find(id).orElseThrow().command(MEMORY).stream()
                .anyMatch(word -> word.startsWith("-XX:SharedArchiveFile=")));
        var runtime = runtimes.find(id).orElseThrow();
        var words = new ArrayList<>(runtime.command(MEMORY));
        words.add(words.size() - 1, "-Xlog:class+load");
        words.add("--rehearse");
        var spec = new SandboxSpec("uses-" + id, MEMORY, 1000, Bytes.mebibytes(512), runtime.mounts());
        try (var sandbox = sandboxes.create(spec)) {
            var output = SandboxRun.run(sandbox, new ProcessSpec(words, Map.of(), "/tmp"))
                    .output();

            assertThat(output)
                    .contains(
                            "hearth.guest.Rehearsal source: shared objects file (top)",
                            "jackson.core.json.UTF8StreamJsonParser source: shared objects file (top)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"java17", "java21", "java25"})
    void keepsNothingOfOneThatIsInTheMaking(String id) throws Exception {
        assumeTrue(runtimes.find(id).isPresent(), "This host has no " + id);

        archives.close();

        try (var folders = Files.newDirectoryStream(Files.createDirectories(directory.resolve("java")))) {
            folders.forEach(
                    folder -> assertThat(folder.resolve(JavaArchives.NAME)).doesNotExist());
        }
    }
}
