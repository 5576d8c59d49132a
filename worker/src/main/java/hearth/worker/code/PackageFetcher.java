package hearth.worker.code;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.CodeDigest;
import hearth.model.code.DeploymentPackage;
import hearth.model.code.PackageLimits;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Fetches a package, makes sure that it is the one, and unpacks it.
final class PackageFetcher {
    private final PackageSource source;
    private final PackageLimits limits;

    PackageFetcher(PackageSource source, PackageLimits limits) {
        this.source = source;
        this.limits = limits;
    }

    /// @param scratch an empty directory
    /// @return the unpacked content, in a directory in `scratch`
    UnpackedPackage fetch(CodeDigest digest, Path scratch) throws IOException {
        var zip = scratch.resolve("zip");
        download(digest, zip);
        var unpacker = new Unpacker(Files.createDirectory(scratch.resolve("code")));
        try (var channel = FileChannel.open(zip)) {
            DeploymentPackage.walk(channel, limits, unpacker);
        } catch (ApiException e) {
            // It was checked when it was uploaded: limits have changed since, or our rules.
            throw new ApiException(ApiError.INVALID_ZIP_FILE, "Lambda could not unzip the deployment package.");
        }
        return new UnpackedPackage(digest, unpacker.root(), unpacker.diskBytes());
    }

    private void download(CodeDigest digest, Path zip) throws IOException {
        var sha256 = sha256();
        var buffer = new byte[64 << 10];
        try (var in = source.open(digest);
                var out = Files.newOutputStream(zip, StandardOpenOption.CREATE_NEW)) {
            long size = 0;
            for (int count; (count = in.read(buffer)) >= 0; size += count) {
                if (size + count > limits.zipped().count()) {
                    throw new IOException("The store's package " + digest.hex() + " is larger than "
                            + limits.zipped().count() + " bytes");
                }
                sha256.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
        var actual = CodeDigest.of(sha256.digest());
        if (!actual.equals(digest)) {
            throw new IOException("The store's package " + digest.hex() + " is damaged: its digest is " + actual.hex());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
