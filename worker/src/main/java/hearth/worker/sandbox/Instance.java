package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Which of a host's Hearth servers this is. What a server makes on its host carries the name, so that the next one
/// of the same data directory finds what a killed one left, and touches nothing of another's.
///
/// @param name eight hexadecimal digits
public record Instance(String name) {
    private static final Path OF_ROOT = Path.of("/run/hearth");
    private static final Path OF_USERS = Path.of("/run/user");
    private static final int DIGITS = 8;

    public static Instance of(Path dataDirectory) {
        try {
            var path = dataDirectory.toAbsolutePath().normalize().toString();
            var hash = MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
            return new Instance(HexFormat.of().formatHex(hash).substring(0, DIGITS));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// Where the servers of a host, or those of a user who is not root, leave word for each other until the next
    /// boot.
    static Path shared() throws IOException {
        var own = Privileges.own();
        var shared = own.isRoot() ? OF_ROOT : OF_USERS.resolve(own.uid() + "/hearth");
        return Files.createDirectories(
                shared, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
