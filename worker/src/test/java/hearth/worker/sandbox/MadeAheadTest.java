package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is made ahead of sandboxes, and what is left of them and of it.
final class MadeAheadTest {
    @TempDir
    Path directory;

    @BeforeEach
    void needRoot() {
        SandboxRun.assumeRootAndLauncher();
    }

    private NamespaceSandboxFactory factory() throws SandboxException {
        return SandboxRun.namespaces(SandboxRun.config(directory));
    }

    /// A sandbox of the usual size has been there and gone, and all that is made ahead is ready.
    private void stockUp(NamespaceSandboxFactory factory) throws Exception {
        use(factory);
        SandboxRun.await(() -> factory.isStocked() && loops().size() == TmpImages.LEAST);
    }

    private static void use(NamespaceSandboxFactory factory) throws Exception {
        try (var sandbox = factory.create(spec())) {
            run(sandbox, "echo x > /tmp/x");
            run(sandbox, "echo y > /tmp/y");
            Descriptors.close(sandbox.runtimeApiSocket());
        }
    }

    @Test
    void neitherSandboxesNorWhatIsMadeAheadStaysOnTheHost() throws Exception {
        factory().close(); // what classes open once, they keep
        var nothing = host();
        try (var factory = factory()) {
            stockUp(factory);
            var stocked = host();
            assertThat(loops()).isNotEmpty();
            for (var i = 0; i < 3; i++) {
                use(factory);
            }

            SandboxRun.await(() -> factory.isStocked() && host().equals(stocked));
        }

        SandboxRun.await(() -> host().equals(nothing));
    }

    @Test
    void theFirstAreMadeAheadAlsoWhereNothingIsTried() throws Exception {
        var config = SandboxRun.config(directory.resolve("tried"));
        Sandboxes.choose(config).factory().close();
        var choice = Sandboxes.choose(config);

        try (var factory = (NamespaceSandboxFactory) choice.factory()) {
            assertThat(choice.tried()).isFalse();
            SandboxRun.await(() -> factory.isStocked() && loops().size() == TmpImages.LEAST);
        }
    }

    @Test
    void aSandboxHasTheTmpThatWasMadeAheadForIt() throws Exception {
        try (var factory = factory()) {
            stockUp(factory);
            var ahead = loops();
            try (var sandbox = factory.create(spec())) {
                Descriptors.close(sandbox.runtimeApiSocket());

                var found = run(sandbox, "ls -A /tmp; grep ' /tmp ' /proc/self/mounts | cut -d' ' -f1")
                        .output()
                        .strip();

                assertThat(ahead).contains(Path.of(found).getFileName());
            }
        }
    }

    @Test
    void aTmpOfAnotherSizeIsMadeForItsSandbox() throws Exception {
        try (var factory = factory()) {
            stockUp(factory);
            var ahead = loops();
            var larger = new SandboxSpec("larger", Bytes.mebibytes(256), 1000, Bytes.mebibytes(600), List.of());
            try (var sandbox = factory.create(larger)) {
                Descriptors.close(sandbox.runtimeApiSocket());

                var size = run(sandbox, "df -P -m /tmp | awk 'END {print $2}'").output();

                assertThat(Integer.parseInt(size.strip())).isBetween(600, 640);
                assertThat(loops()).containsAll(ahead).hasSize(ahead.size() + 1);
            }
        }
    }

    /// What could stay: mounts, loop devices in use, cgroups, this process's descriptors.
    private List<Object> host() {
        var instance = Instance.of(directory);
        var cgroups = Cgroups.parents(CgroupMounts.ofThisHost(), instance.name()).stream()
                .flatMap(parent -> children(parent).stream())
                .toList();
        return List.of(
                lines(Path.of("/proc/self/mounts")),
                loops().size(),
                cgroups,
                children(Path.of("/proc/self/fd")).size());
    }

    private List<Path> loops() {
        return children(Path.of("/sys/block")).stream()
                .filter(block ->
                        lines(block.resolve("loop/backing_file")).toString().contains(directory.toString()))
                .map(Path::getFileName)
                .toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException none) {
            return List.of();
        }
    }

    private static List<Path> children(Path directory) {
        try (var children = Files.newDirectoryStream(directory)) {
            var found = new ArrayList<Path>();
            children.forEach(found::add);
            return found;
        } catch (IOException none) {
            return List.of();
        }
    }
}
