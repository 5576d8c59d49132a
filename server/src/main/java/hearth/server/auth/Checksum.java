package hearth.server.auth;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/// The checksums that a trailer may bring. Others are not checked.
enum Checksum {
    CRC32("x-amz-checksum-crc32"),
    CRC32C("x-amz-checksum-crc32c"),
    SHA1("x-amz-checksum-sha1"),
    SHA256("x-amz-checksum-sha256");

    private final String field;

    Checksum(String field) {
        this.field = field;
    }

    static Optional<Checksum> named(String field) {
        for (var checksum : values()) {
            if (checksum.field.equals(field)) {
                return Optional.of(checksum);
            }
        }
        return Optional.empty();
    }

    /// The checksum of the first bytes of an array, in base64.
    String of(byte[] data, int length) {
        var bytes =
                switch (this) {
                    case CRC32 -> crc(new CRC32(), data, length);
                    case CRC32C -> crc(new CRC32C(), data, length);
                    case SHA1 -> hash("SHA-1", data, length);
                    case SHA256 -> hash("SHA-256", data, length);
                };
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] crc(java.util.zip.Checksum crc, byte[] data, int length) {
        crc.update(data, 0, length);
        return ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    }

    private static byte[] hash(String algorithm, byte[] data, int length) {
        try {
            var digest = MessageDigest.getInstance(algorithm);
            digest.update(data, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + algorithm, e);
        }
    }
}
