package hearth.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;

/// Deployment packages made on the spot.
final class Zips {
    private Zips() {}

    static SdkBytes of(String name, String text) {
        return of(Map.of(name, text.getBytes(StandardCharsets.UTF_8)));
    }

    static SdkBytes of(Map<String, byte[]> files) {
        return SdkBytes.fromByteArray(bytes(files));
    }

    static byte[] bytes(Map<String, byte[]> files) {
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            for (var file : files.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue());
                out.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zip.toByteArray();
    }

    static Path file(Path folder, String name, String text) throws IOException {
        return Files.write(folder.resolve(name + ".zip"), of(name, text).asByteArray());
    }
}
