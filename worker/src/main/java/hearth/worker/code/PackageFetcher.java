package hearth.worker.code;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.CodeDigest;
import hearth.model.code.DeploymentPackage;
import hearth.model.code.PackageLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Fetches a package, makes sure that it is the one, and unpacks it.
final class PackageFetcher {
    /// Zips up to here are not written to disk, which would take longer than to unpack the usual ones.
    private static final int IN_MEMORY = 8 << 20;

    private final PackageSource source;
    private final PackageLimits limits;

    PackageFetcher(PackageSource source, PackageLimits limits) {
        this.source = source;
        this.limits = limits;
    }

    /// @param root an empty directory for the content
    /// @param spill where a large zip may be kept meanwhile; nothing is left there
    UnpackedPackage fetch(CodeDigest digest, Path root, Path spill) throws IOException {
        var unpacker = new Unpacker(root);
        var content = source.content(digest);
        try (var in = source.open(digest)) {
            var sha256 = sha256();
            var beginning = in.readNBytes(IN_MEMORY);
            sha256.update(beginning);
            if (beginning.length < IN_MEMORY) {
                verify(content, sha256, beginning.length);
                DeploymentPackage.walk(beginning, limits, unpacker);
            } else {
                unpackLarge(content, sha256, beginning, in, spill, unpacker);
            }
        } catch (ApiException e) {
            // It was checked when it was uploaded: limits have changed since, or our rules.
            throw new ApiException(ApiError.INVALID_ZIP_FILE, "Lambda could not unzip the deployment package.")
                    .because(e.reason());
        }
        return new UnpackedPackage(digest, root, unpacker.diskBytes());
    }

    private void unpackLarge(
            CodeDigest digest, MessageDigest sha256, byte[] beginning, InputStream rest, Path spill, Unpacker unpacker)
            throws IOException {
        try (var zip = FileChannel.open(
                spill,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            var out = Channels.newOutputStream(zip);
            out.write(beginning);
            long size = beginning.length;
            var buffer = new byte[64 << 10];
            for (int count;
                    (count = rest.read(buffer)) >= 0 && size <= limits.zipped().count();
                    size += count) {
                sha256.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
            verify(digest, sha256, size);
            DeploymentPackage.walk(zip, limits, unpacker);
        }
    }

    private void verify(CodeDigest digest, MessageDigest sha256, long size) throws IOException {
        if (size > limits.zipped().count()) {
            throw new IOException("The store's package " + digest.hex() + " is larger than "
                    + limits.zipped().count() + " bytes");
        }
        var actual = CodeDigest.of(sha256.digest());
        if (!actual.equals(digest)) {
            throw new IOException("The store's package " + digest.hex() + " is damaged: its digest is " + actual.hex());
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
