package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TranslationTest {
    private final InsidePaths paths = new InsidePaths(List.of(
            new Mount(Path.of("/h/code"), "/var/task"),
            new Mount(Path.of("/h/layer"), "/opt"),
            new Mount(Path.of("/h/lib"), "/opt/lib")));

    @Test
    void translatesPathsWhereverTheyBegin() {
        assertThat(paths.toHost("/var/task")).isEqualTo("/h/code");
        assertThat(paths.toHost("/opt/lib/a:/opt/b:/var/task/c")).isEqualTo("/h/lib/a:/h/layer/b:/h/code/c");
        assertThat(paths.toHost("-cp=/var/task/x.jar")).isEqualTo("-cp=/h/code/x.jar");
    }

    @Test
    void leavesOtherTextAlone() {
        for (var text : List.of("/usr/opt", "/optional", "/var/tasks/a", "https://example.com/opt/x", "", "a$1\\b")) {
            assertThat(paths.toHost(text)).isEqualTo(text);
        }
    }

    @Test
    void takesOnlyNameServersThatASandboxCanReach() {
        assertThat(NameServers.parse(List.of(
                        "# nameserver 1.1.1.1",
                        "search example.com",
                        "nameserver 127.0.0.53",
                        "nameserver fe80::1",
                        "  nameserver\t10.0.0.2",
                        "nameserver 9.9.9.9 ")))
                .containsExactly("10.0.0.2", "9.9.9.9");
    }

    @Test
    void tellsTheLauncherNothingThatHasANul() {
        assertThatThrownBy(() -> new LaunchWords().add("cwd", "/a\0mount")).isInstanceOf(SandboxException.class);
    }

    @Test
    void leavesTheSizeOfTmpForFiles() {
        var size = Bytes.mebibytes(512);

        assertThat(TmpImages.imageSize(size)).isBetween(size, Bytes.mebibytes(545));
    }
}
