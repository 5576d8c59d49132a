package hearth.worker.microvm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The first root of a microVM: pid 1, the launcher and the kernel's modules, as an archive in the kernel's format
/// (newc, Documentation/driver-api/early-userspace/buffer-format.rst).
public final class Initramfs {
    private static final int DIRECTORY = 040755;
    private static final int PROGRAM = 0100755;
    private static final int CHARACTER_DEVICE = 020600;
    private static final int CONSOLE_MAJOR = 5;
    private static final int CONSOLE_MINOR = 1;
    private static final int ALIGNMENT = 4;
    private static final int HEADER = 110;
    private static final List<String> DIRECTORIES = List.of("dev", "proc", "sys", "root", "modules");

    private final OutputStream out;
    private int entries;

    private Initramfs(OutputStream out) {
        this.out = out;
    }

    /// @param modules in the order in which they are to be loaded
    public static void write(OutputStream out, Path init, Path launcher, List<Path> modules) throws IOException {
        var archive = new Initramfs(out);
        for (var directory : DIRECTORIES) {
            archive.entry(directory, DIRECTORY, new byte[0], 0, 0);
        }
        archive.entry("dev/console", CHARACTER_DEVICE, new byte[0], CONSOLE_MAJOR, CONSOLE_MINOR);
        archive.entry("init", PROGRAM, Files.readAllBytes(init), 0, 0);
        archive.entry("launcher", PROGRAM, Files.readAllBytes(launcher), 0, 0);
        for (var i = 0; i < modules.size(); i++) {
            var module = modules.get(i);
            archive.entry(
                    "modules/%02d-%s".formatted(i, module.getFileName()), PROGRAM, Files.readAllBytes(module), 0, 0);
        }
        archive.entry("TRAILER!!!", 0, new byte[0], 0, 0);
    }

    private void entry(String name, int mode, byte[] content, int major, int minor) throws IOException {
        var path = name.getBytes(StandardCharsets.US_ASCII);
        var fields = new int[] {++entries, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, path.length + 1, 0};
        var header = new StringBuilder("070701");
        for (var field : fields) {
            header.append("%08X".formatted(field));
        }
        out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.write(path);
        out.write(0);
        pad(HEADER + path.length + 1);
        out.write(content);
        pad(content.length);
    }

    private void pad(int length) throws IOException {
        out.write(new byte[Math.floorMod(-length, ALIGNMENT)]);
    }
}
