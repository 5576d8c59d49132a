package hearth.worker.microvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The kernel of microVMs, as Debian builds it for clouds, and those of its modules that a microVM needs, in the order
/// in which they are loaded. What a kernel has no module of is taken for built in.
///
/// @param image a bzImage
public record GuestKernel(Path image, List<Path> modules) {
    /// Each behind those that it needs.
    private static final List<String> MODULES = List.of(
            "virtio_ring",
            "virtio",
            "virtio_mmio",
            "virtio_blk",
            "virtio_console",
            "failover",
            "net_failover",
            "virtio_net",
            "squashfs");

    /// Debian compresses modules from version 13 on.
    private static final List<String> ENDINGS = List.of(".ko", ".ko.xz", ".ko.zst", ".ko.gz");

    /// Of Linux's boot protocol (Documentation/arch/x86/boot.rst).
    private static final byte[] MAGIC = "HdrS".getBytes(StandardCharsets.US_ASCII);

    private static final int MAGIC_OFFSET = 0x202;

    public GuestKernel {
        modules = List.copyOf(modules);
    }

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
        return new GuestKernel(image, modules(folder.resolve("modules")));
    }

    private static List<Path> modules(Path folder) {
        var found = new ArrayList<Path>();
        for (var name : MODULES) {
            ENDINGS.stream()
                    .map(ending -> folder.resolve(name + ending))
                    .filter(Files::isReadable)
                    .findFirst()
                    .ifPresent(found::add);
        }
        return found;
    }
}
