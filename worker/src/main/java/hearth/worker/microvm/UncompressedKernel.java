package hearth.worker.microvm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/// The ELF file in a bzImage, which is what Firecracker boots: found by the numbers in the image's header, and
/// decompressed (Linux, Documentation/arch/x86/boot.rst).
final class UncompressedKernel {
    private static final int SETUP_SECTORS = 0x1f1;
    private static final int PROTOCOL = 0x206;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int HEADER = 0x250;
    private static final int FIRST_WITH_PAYLOAD = 0x208;
    private static final int USUAL_SETUP_SECTORS = 4;
    private static final int SECTOR = 512;
    private static final int MOST = 512 << 20;

    /// What the build puts behind a payload that has no length of its own: the ELF file's.
    private static final int LENGTH = 4;

    private static final int MAGIC = 4;
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private UncompressedKernel() {}

    /// @throws IOException if the image is not as it should be, or compressed by what is not known here
    static void extract(Path image, Path into) throws IOException {
        var payload = payload(Files.readAllBytes(image), image);
        var elf = decompressed(payload, image);
        if (!startsWith(elf, ELF)) {
            throw new IOException("what is in " + image + " is no ELF file");
        }
        Files.write(into, elf);
    }

    private static byte[] payload(byte[] image, Path file) throws IOException {
        if (image.length < HEADER) {
            throw new IOException(file + " is no bzImage");
        }
        var header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (Short.toUnsignedInt(header.getShort(PROTOCOL)) < FIRST_WITH_PAYLOAD) {
            throw new IOException(file + " does not say where its payload is");
        }
        var sectors = Byte.toUnsignedInt(image[SETUP_SECTORS]);
        var start = ((sectors == 0 ? USUAL_SETUP_SECTORS : sectors) + 1L) * SECTOR
                + Integer.toUnsignedLong(header.getInt(PAYLOAD_OFFSET));
        var end = start + Integer.toUnsignedLong(header.getInt(PAYLOAD_LENGTH));
        if (start + MAGIC > end || end > image.length) {
            throw new IOException(file + " is cut off");
        }
        return Arrays.copyOfRange(image, (int) start, (int) end);
    }

    private static byte[] decompressed(byte[] payload, Path file) throws IOException {
        var magic = HexFormat.of().formatHex(payload, 0, MAGIC);
        var withoutLength = Math.max(0, payload.length - LENGTH);
        if (magic.startsWith("1f8b")) {
            try (var elf = new GZIPInputStream(new ByteArrayInputStream(payload))) {
                return all(elf, file);
            }
        }
        return switch (magic) {
            case "7f454c46" -> payload;
            case "02214c18" -> Lz4.decompress(ByteBuffer.wrap(payload, 0, withoutLength), MOST);
            case "fd377a58" -> by(List.of("xz", "-dc"), payload, withoutLength, file);
            case "28b52ffd" -> by(List.of("zstd", "-dcq"), payload, withoutLength, file);
            default ->
                throw new IOException(
                        "%s is compressed by what is not known here (it begins with %s)".formatted(file, magic));
        };
    }

    private static byte[] all(InputStream elf, Path file) throws IOException {
        var bytes = elf.readNBytes(MOST);
        if (elf.read() >= 0) {
            throw new IOException("what is in %s is more than %d bytes".formatted(file, MOST));
        }
        return bytes;
    }

    private static byte[] by(List<String> program, byte[] payload, int length, Path file) throws IOException {
        var process = new ProcessBuilder(program)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var writers = Executors.newVirtualThreadPerTaskExecutor();
                var from = process.getInputStream()) {
            writers.execute(() -> write(process.getOutputStream(), payload, length));
            return all(from, file);
        } finally {
            process.destroyForcibly();
        }
    }

    /// A program that ends early has said so by what it did not write.
    private static void write(OutputStream to, byte[] payload, int length) {
        try (to) {
            to.write(payload, 0, length);
        } catch (IOException ended) {
            return;
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }
}
