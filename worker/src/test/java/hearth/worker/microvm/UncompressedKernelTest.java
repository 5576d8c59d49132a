package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UncompressedKernelTest {
    private static final int SETUP_SECTORS = 3;
    private static final int OFFSET = 100;

    @TempDir
    Path directory;

    private static byte[] elf() {
        return ("\u007fELF" + "kernel ".repeat(1000)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private Path image(byte[] payload) throws IOException {
        var start = (SETUP_SECTORS + 1) * 512 + OFFSET;
        var image = ByteBuffer.allocate(start + payload.length + 50).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x1f1, (byte) SETUP_SECTORS).putShort(0x206, (short) 0x20f);
        image.putInt(0x248, OFFSET).putInt(0x24c, payload.length).put(start, payload);
        return Files.write(directory.resolve("vmlinuz"), image.array());
    }

    private byte[] extracted(byte[] payload) throws IOException {
        var into = directory.resolve("vmlinux");
        UncompressedKernel.extract(image(payload), into);
        return Files.readAllBytes(into);
    }

    private static byte[] withLength(byte[] compressed) {
        return ByteBuffer.allocate(compressed.length + 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(compressed)
                .putInt(elf().length)
                .array();
    }

    @Test
    void findsWhatIsNotCompressedAndWhatGzipCompressed() throws Exception {
        assertThat(extracted(elf())).isEqualTo(elf());

        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(elf());
        }
        assertThat(extracted(compressed.toByteArray())).isEqualTo(elf());
    }

    @Test
    void decompressesWhatXzAndZstdCompressed() throws Exception {
        var file = Files.write(directory.resolve("elf"), elf());
        for (var program : new String[] {"xz", "zstd"}) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin", program)), "needs " + program);
            var process = new ProcessBuilder(program, "-c", file.toString()).start();
            var compressed = process.getInputStream().readAllBytes();

            assertThat(extracted(withLength(compressed))).isEqualTo(elf());
        }
    }

    /// A block by hand: the four bytes of ELF and `ab`, repeated from two bytes back, then `!` and nothing behind it.
    @Test
    void decompressesWhatLz4Compressed() throws Exception {
        var block = "6f" + "7f454c466162" + "0200" + "05" + "10" + "21";
        var frame = "02214c18" + "0c000000" + block;

        assertThat(new String(extracted(withLength(HexFormat.of().parseHex(frame))), StandardCharsets.ISO_8859_1))
                .isEqualTo("\u007fELF" + "ab".repeat(13) + "!");
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> extracted(new byte[3])).hasMessageContaining("is cut off");
        assertThatThrownBy(() -> extracted("BZh9xxxx".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("compressed by what is not known here (it begins with 425a6839)");
        assertThatThrownBy(() -> extracted(HexFormat.of().parseHex("02214c18" + "ff000000" + "00000000")))
                .hasMessageContaining("an LZ4 block of 255 bytes");
        assertThatThrownBy(() -> extracted(HexFormat.of().parseHex("02214c18" + "04000000" + "0f000500" + "00000000")))
                .hasMessageContaining("an LZ4 block that");
        assertThatThrownBy(() -> extracted(HexFormat.of().parseHex("02214c18" + "02000000" + "1078" + "00000000")))
                .hasMessageContaining("is no ELF file");
        assertThatThrownBy(() -> UncompressedKernel.extract(
                        Files.write(directory.resolve("short"), new byte[10]), directory.resolve("vmlinux")))
                .hasMessageContaining("is no bzImage");
    }

    @Test
    void debiansKernelIsAnElfFile() throws Exception {
        var image = MicrovmConfig.USUAL.kernel().resolve("vmlinuz");
        assumeTrue(Files.isReadable(image), "needs a guest kernel: server/src/main/dist/bin/hearth-guest-kernel");

        UncompressedKernel.extract(image, directory.resolve("vmlinux"));

        var elf = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("vmlinux")))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(elf.getInt(0)).isEqualTo(0x464c457f);
        // An executable of x86-64, whose segments are all in it.
        assertThat(elf.getShort(16)).isEqualTo((short) 2);
        assertThat(elf.getShort(18)).isEqualTo((short) 62);
        var segments = (int) elf.getLong(32);
        for (var i = 0; i < elf.getShort(56); i++) {
            var segment = segments + i * elf.getShort(54);
            assertThat(elf.getLong(segment + 8) + elf.getLong(segment + 32)).isLessThanOrEqualTo(elf.capacity());
        }
    }
}
