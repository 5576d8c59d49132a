package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FirecrackerTest {
    private static final String JAILER = "echo Jailer v1.13.1";

    @TempDir
    Path directory;

    private Path program(String name, String text) throws IOException {
        var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Firecracker find(Path program, Path jailer) throws IOException {
        return Firecracker.find(
                new MicrovmConfig(directory, directory, Optional.empty(), Optional.of(program), Optional.of(jailer)));
    }

    @Test
    void isFoundWithItsJailerAndItsVersion() throws Exception {
        var real = program(
                "firecracker-v1.13.1-x86_64", "echo Firecracker v1.13.1; echo; echo Supported snapshots: v7.0.0");
        var link = Files.createSymbolicLink(directory.resolve("fc"), real);
        var jailer = program("jailer", JAILER);

        assertThat(find(link, jailer)).isEqualTo(new Firecracker(real.toRealPath(), jailer.toRealPath(), "1.13.1"));
    }

    private void isRefused(String program, String jailer, String... words) throws Exception {
        var one = program("firecracker", program);
        var other = program("jailer", jailer);

        assertThatThrownBy(() -> find(one, other))
                .isInstanceOf(IOException.class)
                .message()
                .contains(words);
    }

    @Test
    void whatIsOfNoUseIsNamed() throws Exception {
        isRefused("echo Firecracker v1.7.0", "echo Jailer v1.7.0", "is of version 1.7.0; 1.8 is the first");
        isRefused("echo Firecracker v0.25.2", JAILER, "is of version 0.25.2; 1.8 is the first");
        isRefused(
                "echo Firecracker v1.13.0", JAILER, "of version 1.13.0 and its jailer of 1.13.1; they belong together");
        isRefused("echo nothing", JAILER, "firecracker does not tell its version: nothing");
        isRefused("echo Firecracker v1.13.1; exit 1", JAILER, "does not tell its version");

        var other = program("vmm", "echo Firecracker v1.13.1");
        assertThatThrownBy(() -> find(other, program("jailer", JAILER))).hasMessageContaining("whose name has no");
        assertThatThrownBy(() -> find(directory.resolve("none"), program("jailer", JAILER)))
                .hasMessageContaining("there is no program at " + directory.resolve("none") + "; --firecracker says");
    }

    @Test
    void theJailerHasTheWordsOfItsDocumentation() {
        var firecracker = new Firecracker(Path.of("/opt/firecracker"), Path.of("/opt/jailer"), "1.13.1");
        var command = new JailerCommand(firecracker, Path.of("/srv/jails"));

        assertThat(command.root("vm-7")).isEqualTo(Path.of("/srv/jails/firecracker/vm-7/root"));
        var words = command.words(
                "vm-7",
                1_900_000_007,
                List.of(Path.of("/sys/fs/cgroup/a/cgroup.procs")),
                Path.of("/proc/1/fd/9"),
                1024);
        assertThat(words.subList(0, 4)).containsExactly("nsenter", "--mount=/proc/self/fd/9", "/bin/sh", "-c");
        assertThat(words.subList(5, words.size()))
                .containsExactly(
                        "jail",
                        "/sys/fs/cgroup/a/cgroup.procs",
                        "--",
                        "/opt/jailer",
                        "--id",
                        "vm-7",
                        "--exec-file",
                        "/opt/firecracker",
                        "--uid",
                        "1900000007",
                        "--gid",
                        "1900000007",
                        "--chroot-base-dir",
                        "/srv/jails",
                        "--netns",
                        "/proc/1/fd/9",
                        "--resource-limit",
                        "no-file=512",
                        "--resource-limit",
                        "fsize=1024",
                        "--",
                        "--api-sock",
                        "/api.sock");
    }
}
