package hearth.worker.microvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The kernel of microVMs, as Debian builds it for clouds, and its modules. What a kernel has no module of is taken for
/// built in.
///
/// @param image a bzImage
/// @param folder of its modules
public record GuestKernel(Path image, Path folder) {
    /// Those that any machine needs, each behind those that it needs itself.
    private static final List<String> MODULES = List.of(
            "virtio_ring", "virtio", "virtio_mmio", "virtio_blk", "failover", "net_failover", "virtio_net", "squashfs");

    /// Its command line with any monitor. A panic is told on the serial line, and ends the machine.
    static final List<String> WORDS = List.of(
            "console=ttyS0",
            "quiet",
            "loglevel=1",
            "panic=-1",
            "nowatchdog",
            "8250.nr_uarts=1",
            "random.trust_cpu=on",
            "cgroup_no_v1=all");

    /// Debian compresses modules from version 13 on.
    private static final List<String> ENDINGS = List.of(".ko", ".ko.xz", ".ko.zst", ".ko.gz");

    /// Of Linux's boot protocol (Documentation/arch/x86/boot.rst).
    private static final byte[] MAGIC = "HdrS".getBytes(StandardCharsets.US_ASCII);

    private static final int MAGIC_OFFSET = 0x202;

    /// @throws IOException if there is none, or what is there is no kernel, in words for users
    public static GuestKernel in(Path folder) throws IOException {
        var image = folder.resolve("vmlinuz");
        if (!Files.isReadable(image)) {
            throw new IOException("there is no guest kernel in " + folder
                    + "; hearth-guest-kernel fetches it, --guest-kernel names another folder");
        }
        try (var file = Files.newInputStream(image)) {
            var start = file.readNBytes(MAGIC_OFFSET + MAGIC.length);
            if (start.length < MAGIC_OFFSET + MAGIC.length
                    || !Arrays.equals(start, MAGIC_OFFSET, start.length, MAGIC, 0, MAGIC.length)) {
                throw new IOException(image + " is no Linux kernel (bzImage)");
            }
        }
        return new GuestKernel(image, folder.resolve("modules"));
    }

    /// Writes the ELF file that is in the image.
    ///
    /// @throws IOException if the image is not as it should be, or compressed by what is not known here
    public void uncompress(Path into) throws IOException {
        UncompressedKernel.extract(image, into);
    }

    /// @throws IOException if it is one that has modules, but not those of these streams, in words for users
    public void require(GuestStreams streams) throws IOException {
        var first = streams.modules().getFirst();
        if (file("virtio").findAny().isPresent() && file(first).findAny().isEmpty()) {
            throw new IOException("the guest kernel in %s has no module %s; hearth-guest-kernel fetches it anew"
                    .formatted(image.getParent(), first));
        }
    }

    /// In the order in which they are loaded.
    ///
    /// @param streams by which the machine speaks with the server
    public List<Path> modules(GuestStreams streams) {
        return Stream.concat(MODULES.stream(), streams.modules().stream())
                .flatMap(this::file)
                .toList();
    }

    private Stream<Path> file(String module) {
        return ENDINGS.stream()
                .map(ending -> folder.resolve(module + ending))
                .filter(Files::isReadable)
                .limit(1);
    }
}
