package hearth.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;

/// Deployment packages made on the spot.
public final class Zips {
    private Zips() {}

    public static SdkBytes of(String name, String text) {
        return of(Map.of(name, text.getBytes(StandardCharsets.UTF_8)));
    }

    public static SdkBytes of(Map<String, byte[]> files) {
        return SdkBytes.fromByteArray(bytes(files));
    }

    public static byte[] bytes(Map<String, byte[]> files) {
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            for (var file : files.entrySet()) {
                var entry = new ZipEntry(file.getKey());
                // Without it the same files have other bytes two seconds later.
                entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
                out.putNextEntry(entry);
                out.write(file.getValue());
                out.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zip.toByteArray();
    }

    /// A package whose one file may be executed: its entry carries unix mode 0755, which java.util.zip cannot write.
    static SdkBytes executable(String name, String text) {
        return executable(name, text.getBytes(StandardCharsets.UTF_8));
    }

    public static SdkBytes executable(String name, byte[] program) {
        var zip = bytes(Map.of(name, program));
        var directory = indexOf(zip, new byte[] {'P', 'K', 1, 2});
        zip[directory + 5] = 3; // version made by: unix
        var mode = 0100755;
        // External attributes are 4 bytes from offset 38; the mode is their upper half.
        zip[directory + 40] = (byte) mode;
        zip[directory + 41] = (byte) (mode >> 8);
        return SdkBytes.fromByteArray(zip);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = bytes.length - part.length; at >= 0; at--) {
            if (java.util.Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new IllegalArgumentException("There is no such part");
    }
}
