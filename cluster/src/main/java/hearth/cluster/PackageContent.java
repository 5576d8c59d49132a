package hearth.cluster;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The bytes of a package, to be read as often as need be.
public interface PackageContent {
    /// The size in bytes.
    long size();

    InputStream open() throws IOException;

    /// Of bytes in memory, which are not copied.
    static PackageContent of(byte[] zip) {
        return new PackageContent() {
            @Override
            public long size() {
                return zip.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(zip);
            }
        };
    }

    static PackageContent of(Path file) throws IOException {
        long size = Files.size(file);
        return new PackageContent() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }
}
