package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.microvm.MicrovmConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MicrovmExaminationTest {
    @TempDir
    Path directory;

    private Path program(String name, String text) throws IOException {
        var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String said(Path firecracker, Path jailer) {
        var microvm = new MicrovmConfig(
                directory, directory, Optional.empty(), Optional.of(firecracker), Optional.of(jailer));
        var config = new SandboxConfig(
                SandboxRun.launcher(),
                directory,
                Instance.of(directory),
                NetworkPolicy.closed(),
                Optional.empty(),
                InnerServices.NONE,
                microvm);
        var finding = MicrovmExamination.findings(config).getLast();
        assertThat(finding.good()).isTrue();
        return finding.text();
    }

    @Test
    void saysWhetherMachinesRunOnFirecrackerAndWhatWasChecked() throws Exception {
        var firecracker = program("firecracker", "echo Firecracker v1.13.1");
        var jailer = program("jailer", "echo Jailer v1.13.1");

        assertThat(said(firecracker, jailer))
                .satisfiesAnyOf(
                        text -> assertThat(text)
                                .isEqualTo("Firecracker 1.13.1: %s, jailer %s: microVMs run on it. Checked: both"
                                                .formatted(firecracker, jailer)
                                        + " versions, KVM; no machine was started"),
                        text -> assertThat(text)
                                .startsWith("no Firecracker, microVMs run on QEMU: /dev/kvm cannot be used"));
    }

    @Test
    void saysWhyThereIsNone() throws Exception {
        var none = directory.resolve("none");

        assertThat(said(none, none))
                .isEqualTo("no Firecracker, microVMs run on QEMU: there is no program at " + none
                        + "; --firecracker says where it is");
        assertThat(said(program("firecracker", "echo Firecracker v1.13.1"), program("jailer", "echo Jailer v1.12.0")))
                .isEqualTo("no Firecracker, microVMs run on QEMU: Firecracker is of version 1.13.1 and its jailer of"
                        + " 1.12.0; they belong together");
    }
}
