package hearth.cluster;

import hearth.model.Bytes;
import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// This host's copies of packages that are in the bucket. When they take more than they may, those go that were
/// not used for longest; after a restart, those that came first.
final class PackageCache {
    private final BlobFiles files;
    private final Bytes most;

    // All guarded by this, which is never held while files are written.
    /// The sizes of the copies, those used last at the end.
    private final Map<CodeDigest, Long> sizes = new LinkedHashMap<>(16, 0.75f, true);

    private final Set<CodeDigest> pinned = new HashSet<>();
    private long total;

    private PackageCache(BlobFiles files, Bytes most) {
        this.files = files;
        this.most = most;
    }

    /// Finds out what is there already.
    static PackageCache open(BlobFiles files, Bytes most) throws IOException {
        record Copy(CodeDigest digest, long size, FileTime since) {}
        var found = new ArrayList<Copy>();
        files.forEach(digest -> {
            var file = files.path(digest);
            found.add(new Copy(digest, Files.size(file), Files.getLastModifiedTime(file)));
        });
        found.sort(Comparator.comparing(Copy::since));
        var cache = new PackageCache(files, most);
        found.forEach(copy -> cache.note(copy.digest(), copy.size()));
        return cache;
    }

    /// The copy, to be closed by the caller; empty when there is none. It stays readable while it is open.
    Optional<FileChannel> open(CodeDigest digest) throws IOException {
        try {
            var copy = FileChannel.open(files.path(digest));
            note(digest, copy.size());
            return Optional.of(copy);
        } catch (NoSuchFileException e) {
            forget(digest);
            return Optional.empty();
        }
    }

    void add(CodeDigest digest, byte[] zip) throws IOException {
        files.write(digest, zip);
        note(digest, zip.length);
    }

    /// Adds a copy, if it is what the digest says.
    void add(CodeDigest digest, InputStream content) throws IOException {
        files.write(digest, content);
        note(digest, Files.size(files.path(digest)));
    }

    /// Has copies stay that are nowhere else.
    synchronized void pin(Collection<CodeDigest> digests) {
        pinned.addAll(digests);
    }

    synchronized void unpin(CodeDigest digest) {
        pinned.remove(digest);
    }

    synchronized List<CodeDigest> pinned() {
        return List.copyOf(pinned);
    }

    /// What the copies take.
    synchronized Bytes size() {
        return new Bytes(total);
    }

    private synchronized void note(CodeDigest digest, long size) {
        var before = sizes.put(digest, size);
        total += size - (before == null ? 0 : before);
    }

    private synchronized void forget(CodeDigest digest) {
        var size = sizes.remove(digest);
        total -= size == null ? 0 : size;
    }

    /// Makes the copies take no more than they may.
    void shrink() throws IOException {
        for (var digest : excess()) {
            files.delete(digest);
        }
    }

    private synchronized List<CodeDigest> excess() {
        var leaving = new ArrayList<CodeDigest>();
        long left = total;
        for (var copy : sizes.entrySet()) {
            if (left <= most.count()) {
                break;
            }
            if (!pinned.contains(copy.getKey())) {
                leaving.add(copy.getKey());
                left -= copy.getValue();
            }
        }
        leaving.forEach(this::forget);
        return leaving;
    }

    BlobFiles files() {
        return files;
    }
}
