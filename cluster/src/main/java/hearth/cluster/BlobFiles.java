package hearth.cluster;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// The files of packages: `ab/cdef…` for digest `abcdef…`. A file has its name only once it is whole and on the disk.
final class BlobFiles {
    private final Path folder;
    private final Path unfinished;
    private final AtomicLong lastUnfinished = new AtomicLong();

    /// Folders that this run has seen reach the disk. Made when they are first needed, to keep the start short.
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    private BlobFiles(Path folder) {
        this.folder = folder;
        this.unfinished = folder.resolve("unfinished");
    }

    /// Clears what a crash left half written.
    static BlobFiles open(Path folder) throws IOException {
        var files = new BlobFiles(folder);
        Files.createDirectories(files.unfinished);
        OwnedFile.sync(folder);
        OwnedFile.sync(Objects.requireNonNull(folder.toAbsolutePath().getParent(), "The data folder holds it"));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(files.unfinished)) {
            for (var file : left) {
                Files.delete(file);
            }
        }
        return files;
    }

    Path path(CodeDigest digest) {
        return folder.resolve(digest.hex().substring(0, 2), digest.hex().substring(2));
    }

    /// Writes the file, and returns once it is on the disk under its name.
    void write(CodeDigest digest, byte[] content) throws IOException {
        write(digest, part -> {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                part.write(bytes);
            }
        });
    }

    /// Writes the file of content that nobody has checked.
    ///
    /// @throws IOException also when it is not what the digest says
    void write(CodeDigest digest, InputStream content) throws IOException {
        write(digest, part -> {
            var hash = BlobStore.sha256();
            var checked = new DigestInputStream(content, hash);
            checked.transferTo(Channels.newOutputStream(part));
            var found = CodeDigest.of(hash.digest());
            if (!found.equals(digest)) {
                throw new IOException("what came is not the package: " + part.size() + " bytes with the SHA-256 "
                        + found.hex() + " instead of " + digest.hex());
            }
        });
    }

    private void write(CodeDigest digest, Content content) throws IOException {
        var path = path(digest);
        var prefix = folder.resolve(digest.hex().substring(0, 2));
        if (!durable.contains(prefix)) {
            Files.createDirectories(prefix);
            OwnedFile.sync(folder);
            durable.add(prefix);
        }
        if (!Files.exists(path)) {
            var part = unfinished.resolve(Long.toString(lastUnfinished.incrementAndGet()));
            try {
                writeSynced(part, content);
                Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        // Also when the file was there: whoever put it may not have come this far yet.
        OwnedFile.sync(prefix);
    }

    /// What is to be in a file.
    @FunctionalInterface
    private interface Content {
        void writeTo(FileChannel file) throws IOException;
    }

    private static void writeSynced(Path file, Content content) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(channel);
            channel.force(false);
        }
    }

    boolean has(CodeDigest digest) {
        return Files.exists(path(digest));
    }

    void delete(CodeDigest digest) throws IOException {
        Files.deleteIfExists(path(digest));
    }

    /// What is done with each package.
    @FunctionalInterface
    interface Action {
        void accept(CodeDigest digest) throws IOException;
    }

    void forEach(Action action) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder, "[0-9a-f][0-9a-f]")) {
            for (var prefix : folders) {
                try (DirectoryStream<Path> rests = Files.newDirectoryStream(prefix)) {
                    for (var rest : rests) {
                        var name = prefix.getFileName().toString() + rest.getFileName();
                        if (CodeDigest.isValid(name)) {
                            action.accept(new CodeDigest(name));
                        }
                    }
                }
            }
        }
    }
}
