package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class QemuCommandTest {
    private static final Path PROGRAM = Path.of("/usr/bin/qemu-system-x86_64");

    private static QemuCommand command(Qemu.Accelerator accelerator) {
        return new QemuCommand(new Qemu(PROGRAM, accelerator, 2_096_000), Bytes.mebibytes(256), 2, 5, List.of());
    }

    @Test
    void namesDescriptorsInTheOrderInWhichTheyAreHandedOn() {
        var command = command(Qemu.Accelerator.TCG).initramfs(6);
        command.network(30, new byte[] {2, 0x68, (byte) 0xc6, 0x12, 0, 1})
                .disk(31, false, false)
                .disk(32, true, true);

        assertThat(command.passed()).containsExactly(5, 6, 30, 31, 32);
        assertThat(command.words()).anyMatch(word -> word.startsWith("virtio-blk-device,drive=disk0,id=place0,"));
        assertThat(command.words()).anyMatch(word -> word.startsWith("virtio-blk-device,drive=disk1,id=place1,"));
        assertThat(command.words())
                .contains("/dev/fd/64", "/dev/fd/65", "tap,id=network,fd=66", "fd=67,set=1", "fd=68,set=2")
                .contains("virtio-net-device,netdev=network,mac=02:68:c6:12:00:01");
        assertThat(command.words())
                .anyMatch(word -> word.contains("/dev/fdset/1")
                        && word.contains("read-only=on")
                        && word.endsWith("cache.direct=off"));
        assertThat(command.words())
                .anyMatch(word -> word.contains("/dev/fdset/2")
                        && word.contains("read-only=off")
                        && word.endsWith("cache.direct=on"));
    }

    /// Else QEMU would stop the whole machine when the host's disk is full.
    @Test
    void errorsOfDisksAreTheGuests() {
        var command = command(Qemu.Accelerator.TCG).disk(31, true, true).emptyDisk(true);

        assertThat(command.words().stream().filter(word -> word.startsWith("virtio-blk-device")))
                .hasSize(2)
                .allMatch(word -> word.endsWith(",werror=report,rerror=report"));
    }

    @Test
    void takesUpASnapshotWithoutTouchingItsFile() {
        var command = command(Qemu.Accelerator.TCG)
                .memory(9, false)
                .incoming()
                .disk(31, false, false)
                .emptyDisk(true);

        assertThat(command.passed()).containsExactly(5, 9, 31);
        assertThat(String.join(" ", command.words()))
                .contains("memory-backend-file,id=memory,size=256M,mem-path=/dev/fd/65,share=off")
                .contains("-incoming defer")
                .contains("driver=null-co,node-name=disk1")
                .doesNotContain("-initrd");
    }

    @Test
    void tellsAnEmulatedProcessorItsClock() {
        assertThat(String.join(" ", command(Qemu.Accelerator.TCG).words()))
                .contains("-accel tcg", "tsc_early_khz=2096000");
        assertThat(String.join(" ", command(Qemu.Accelerator.KVM).words()))
                .contains("-accel kvm", "-cpu host")
                .doesNotContain("tsc_early_khz", "mitigations");
    }

    @Test
    void hasNoMoreDisksThanTheMachineHasPlacesFor() {
        var command = command(Qemu.Accelerator.KVM);
        for (var i = 0; i < QemuCommand.MOST_DISKS; i++) {
            command.disk(40 + i, false, false);
        }

        assertThatThrownBy(() -> command.disk(99, false, false)).hasMessageContaining("no more than 20 disks");
    }
}
