package hearth.worker.code;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.CodeDigest;
import hearth.model.code.DeploymentPackage;
import hearth.model.code.PackageLimits;
import hearth.model.memory.MemoryBudget;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// Fetches a package, makes sure that it is the one, and unpacks it.
final class PackageFetcher {
    /// Zips up to here are not written to disk, which would take longer than to unpack the usual ones.
    private static final int IN_MEMORY = 8 << 20;

    /// What such a one takes of memory while it is read and put together.
    private static final long TAKEN = 3L * IN_MEMORY;

    private final PackageSource source;
    private final PackageLimits limits;
    private final UnpackingThreads threads;
    private final MemoryBudget memory;

    PackageFetcher(PackageSource source, PackageLimits limits, UnpackingThreads threads, MemoryBudget memory) {
        this.source = source;
        this.limits = limits;
        this.threads = threads;
        this.memory = memory;
    }

    /// @param root an empty directory for the content
    /// @param spill where a large zip may be kept meanwhile; nothing is left there
    UnpackedPackage fetch(CodeDigest digest, Path root, Path spill) throws IOException {
        var unpacker = new Unpacker(root);
        var content = source.content(digest);
        try (var in = source.open(digest)) {
            var beginning = in.readNBytes(MemoryBudget.SMALL);
            if (beginning.length < MemoryBudget.SMALL) {
                unpackWhole(content, beginning, unpacker);
            } else if (memory.take(TAKEN, 0)) {
                try {
                    unpackMedium(content, joined(beginning, in), in, spill, unpacker);
                } finally {
                    memory.giveBack(TAKEN);
                }
            } else {
                unpackLarge(content, beginning, in, spill, unpacker);
            }
        } catch (ApiException e) {
            // It was checked when it was uploaded: limits have changed since, or our rules.
            throw new ApiException(ApiError.INVALID_ZIP_FILE, "Lambda could not unzip the deployment package.")
                    .because(e.reason());
        }
        return new UnpackedPackage(digest, root, unpacker.diskBytes());
    }

    private static byte[] joined(byte[] beginning, InputStream rest) throws IOException {
        var more = rest.readNBytes(IN_MEMORY - beginning.length);
        var joined = Arrays.copyOf(beginning, beginning.length + more.length);
        System.arraycopy(more, 0, joined, beginning.length, more.length);
        return joined;
    }

    private void unpackMedium(CodeDigest digest, byte[] beginning, InputStream rest, Path spill, Unpacker unpacker)
            throws IOException {
        if (beginning.length == IN_MEMORY) {
            unpackLarge(digest, beginning, rest, spill, unpacker);
        } else {
            unpackWhole(digest, beginning, unpacker);
        }
    }

    private void unpackWhole(CodeDigest digest, byte[] zip, Unpacker unpacker) throws IOException {
        if (DeploymentPackage.isSmall(zip, limits)) {
            unpack(digest, zip, unpacker);
        } else {
            threads.usual().run(() -> unpack(digest, zip, unpacker));
        }
    }

    private DeploymentPackage.Contents unpack(CodeDigest digest, byte[] zip, Unpacker unpacker) throws IOException {
        var sha256 = sha256();
        sha256.update(zip);
        verify(digest, sha256, zip.length);
        return DeploymentPackage.walk(zip, limits, unpacker);
    }

    /// Reads all before it begins to compute: the source may be slow, and the threads are few.
    private void unpackLarge(CodeDigest digest, byte[] beginning, InputStream rest, Path spill, Unpacker unpacker)
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
                out.write(buffer, 0, count);
            }
            long whole = size;
            (whole < IN_MEMORY ? threads.usual() : threads.large()).run(() -> {
                verify(digest, hash(zip), whole);
                return DeploymentPackage.walk(zip, limits, unpacker);
            });
        }
    }

    private static MessageDigest hash(FileChannel zip) throws IOException {
        var sha256 = sha256();
        var buffer = ByteBuffer.allocate(64 << 10);
        for (long at = 0; zip.read(buffer.clear(), at) > 0; at += buffer.limit()) {
            sha256.update(buffer.flip());
        }
        return sha256;
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
