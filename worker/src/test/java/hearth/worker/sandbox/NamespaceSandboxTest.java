package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.worker.sandbox.SandboxProcess.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NamespaceSandboxTest {
    @TempDir
    static Path directory;

    static NamespaceSandboxFactory factory;

    @BeforeAll
    static void start() throws Exception {
        var launcher =
                Path.of("../guest/target/guest/launcher").toAbsolutePath().normalize();
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        assumeTrue(Files.isExecutable(launcher), "needs " + launcher);
        factory = new NamespaceSandboxFactory(
                launcher, "test-" + ProcessHandle.current().pid(), directory);
    }

    @AfterAll
    static void end() {
        if (factory != null) {
            factory.close();
        }
    }

    @Test
    void mirrorsTheExitStatus() throws Exception {
        try (var sandbox = factory.create(spec())) {
            assertThat(run(sandbox, "exit 7").exit()).isEqualTo(new Exit.Status(7));
        }
    }
}
