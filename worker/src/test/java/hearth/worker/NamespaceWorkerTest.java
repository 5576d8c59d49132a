package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.code.TestZip;
import hearth.worker.sandbox.SandboxKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NamespaceWorkerTest extends LocalWorkerTest {
    NamespaceWorkerTest() {
        super(SandboxKind.NAMESPACES);
    }

    @Test
    void followsLinksOfPackagesInsideTheSandboxOnly(@TempDir Path outside) throws Exception {
        var secret = Files.writeString(outside.resolve("secret"), "the host's");
        var layer = host.packaged(new TestZip()
                .executable("lib/runtime", ScriptedRuntime.SOURCE)
                .link("bin/runtime", "/opt/lib/runtime")
                .build());
        var code = host.packaged(new TestZip()
                .link("bootstrap", "/opt/bin/runtime")
                .link("secret", secret.toString())
                .link("root", "/")
                .link("up", "../../..")
                .link("cache", "/tmp")
                .build());
        var function = host.function("links", "provided.al2023", "", code, List.of(layer), Map.of());
        var environment = host.start(function).await("ready");

        assertThat(environment.call("[\"write /tmp/x\",\"exists /var/task/cache/x\","
                        + "\"exists /var/task/root/opt/lib/runtime\",\"exists /var/task/secret\","
                        + "\"exists /var/task/root%1$s\",\"exists /var/task/up%1$s\"]".formatted(secret)))
                .isEqualTo("[true, true, false, false, false]");
    }
}
