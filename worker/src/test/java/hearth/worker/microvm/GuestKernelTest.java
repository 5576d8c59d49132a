package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuestKernelTest {
    @TempDir
    Path directory;

    private Path kernel() throws IOException {
        var bytes = new byte[0x400];
        System.arraycopy("HdrS".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0x202, 4);
        return Files.write(directory.resolve("vmlinuz"), bytes);
    }

    @Test
    void findsTheModulesInTheOrderInWhichTheyNeedEachOther() throws Exception {
        kernel();
        var modules = Files.createDirectory(directory.resolve("modules"));
        for (var name : new String[] {"squashfs.ko.xz", "virtio.ko", "virtio_ring.ko", "other.ko", "vsock.ko"}) {
            Files.createFile(modules.resolve(name));
        }

        assertThat(GuestKernel.in(directory).modules(GuestStreams.PORTS))
                .extracting(module -> module.getFileName().toString())
                .containsExactly("virtio_ring.ko", "virtio.ko", "squashfs.ko.xz");
        assertThat(GuestKernel.in(directory).modules(GuestStreams.VSOCK))
                .extracting(module -> module.getFileName().toString())
                .containsExactly("virtio_ring.ko", "virtio.ko", "squashfs.ko.xz", "vsock.ko");
    }

    @Test
    void aKernelWithModulesHasThoseOfItsStreams() throws Exception {
        kernel();
        var kernel = GuestKernel.in(directory);
        kernel.require(GuestStreams.VSOCK);
        Files.createFile(Files.createDirectory(directory.resolve("modules")).resolve("virtio.ko"));
        Files.createFile(directory.resolve("modules/virtio_console.ko"));

        kernel.require(GuestStreams.PORTS);
        assertThatThrownBy(() -> kernel.require(GuestStreams.VSOCK))
                .hasMessage("the guest kernel in %s has no module vsock; hearth-guest-kernel fetches it anew"
                        .formatted(directory));
    }

    @Test
    void saysWhatToDoWhereThereIsNone() {
        assertThatThrownBy(() -> GuestKernel.in(directory))
                .hasMessageContaining("there is no guest kernel in " + directory)
                .hasMessageContaining("hearth-guest-kernel");
    }

    @Test
    void takesNothingElseForAKernel() throws Exception {
        Files.write(directory.resolve("vmlinuz"), new byte[100]);
        assertThatThrownBy(() -> GuestKernel.in(directory)).hasMessageContaining("is no Linux kernel");

        Files.write(directory.resolve("vmlinuz"), new byte[5000]);
        assertThatThrownBy(() -> GuestKernel.in(directory)).hasMessageContaining("is no Linux kernel");
    }

    @Test
    void theFirstRootIsAnArchiveAsTheKernelReadsIt() throws Exception {
        var init = Files.writeString(directory.resolve("init"), "init!");
        var module = Files.writeString(directory.resolve("virtio.ko"), "module");
        var out = new ByteArrayOutputStream();

        Initramfs.write(out, init, init, java.util.List.of(module));

        var archive = out.toString(StandardCharsets.ISO_8859_1);
        assertThat(out.size() % 4).isZero();
        assertThat(archive)
                .startsWith("070701")
                .contains("init\0")
                .contains("init!")
                .contains("TRAILER!!!\0");
        assertThat(archive).contains("modules/00-virtio.ko\0");
    }
}
