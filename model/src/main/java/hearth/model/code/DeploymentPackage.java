package hearth.model.code;

import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.code.PackageTree.Node;
import hearth.model.code.ZipEntry.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Inflater;

/// A function's code as a zip. The control plane checks an upload, and a worker unpacks it, by the same walk, so that
/// nothing is accepted that would not unpack.
///
/// A zip is refused, with an `ApiException` in AWS's words whose `reason` says why, when a path in it leads out of its
/// root or through a link, is there twice, is damaged or encrypted, shares bytes with something else, or is larger than
/// it says or may be. Where its symbolic links lead is nobody's business but the function's.
public final class DeploymentPackage {
    /// The size of an unpacked package.
    ///
    /// @param unzipped all files together
    /// @param entries files, symbolic links and directories
    /// @param backslashes whether names have some: AWS too takes them for letters, where Windows meant folders
    public record Contents(Bytes unzipped, int entries, boolean backslashes) {}

    /// Bytes and files that take no longer than a few milliseconds.
    private static final int SMALL = 1 << 20;

    private static final int FEW = 200;

    private DeploymentPackage() {}

    /// Unpacks a zip to nowhere.
    public static Contents check(byte[] zip, PackageLimits limits) {
        try {
            return walk(zip, limits, new Nowhere());
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be read", e);
        }
    }

    /// Whether a zip is unpacked in a moment, by what its directory says; so is one that will be refused for what its
    /// directory says.
    public static boolean isSmall(byte[] zip, PackageLimits limits) {
        if (zip.length > SMALL) {
            return false;
        }
        try {
            var entries = ZipDirectory.read(ZipBytes.of(zip), limits).entries();
            return entries.size() <= FEW && unzippedSize(entries, limits).count() <= SMALL;
        } catch (ApiException refused) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be read", e);
        }
    }

    /// What a zip that has passed `check` unpacks to, by its directory alone.
    public static Bytes unzippedSize(FileChannel zip, PackageLimits limits) throws IOException {
        var entries = ZipDirectory.read(ZipBytes.of(zip), limits).entries();
        return unzippedSize(entries, limits.withUnzipped(new Bytes(Long.MAX_VALUE)));
    }

    /// Shows all of a zip to a visitor. A refusal may come at any moment, after which what the visitor has made of it
    /// is worth nothing.
    public static Contents walk(FileChannel zip, PackageLimits limits, PackageVisitor visitor) throws IOException {
        return walk(ZipBytes.of(zip), limits, visitor);
    }

    public static Contents walk(byte[] zip, PackageLimits limits, PackageVisitor visitor) throws IOException {
        return walk(ZipBytes.of(zip), limits, visitor);
    }

    private static Contents walk(ZipBytes zip, PackageLimits limits, PackageVisitor visitor) throws IOException {
        if (zip.size() == 0) {
            throw Refusal.empty();
        }
        if (zip.size() >= limits.zipped().count()) {
            throw Refusal.tooLargeZipped(limits.zipped());
        }
        var directory = ZipDirectory.read(zip, limits);
        if (directory.entries().isEmpty()) {
            throw Refusal.empty();
        }
        var unzipped = unzippedSize(directory.entries(), limits);
        var inflater = new Inflater(true);
        try {
            return new Walk(zip, directory, new PackageTree(limits), inflater).with(visitor, unzipped);
        } finally {
            inflater.end();
        }
    }

    /// What the entries say they unpack to; none can unpack to more.
    private static Bytes unzippedSize(List<ZipEntry> entries, PackageLimits limits) {
        long size = 0;
        for (var entry : entries) {
            if (entry.size() >= limits.unzipped().count() - size) {
                throw Refusal.tooLargeUnzipped(limits.unzipped());
            }
            size += entry.size();
        }
        return new Bytes(size);
    }

    private record Walk(ZipBytes zip, ZipDirectory directory, PackageTree tree, Inflater inflater) {
        Contents with(PackageVisitor visitor, Bytes unzipped) throws IOException {
            var offsets = directory.dataOffsets();
            var entries = directory.entries();
            var places = new ArrayList<Node>(entries.size());
            for (var entry : entries) {
                if (entry.kind() == Kind.DIRECTORY && entry.size() != 0) {
                    throw Refusal.badZip("the directory " + entry.name() + " has content");
                }
                places.add(tree.add(entry.name(), entry.kind()));
            }
            tree.directories(visitor::directory);
            for (int i = 0; i < offsets.length; i++) {
                var entry = entries.get(i);
                var content = content(entry, offsets[i]);
                switch (entry.kind()) {
                    case FILE -> {
                        visitor.file(places.get(i).path(), entry.executable(), entry.modified(), content);
                        content.transferTo(OutputStream.nullOutputStream());
                    }
                    case SYMBOLIC_LINK -> tree.link(places.get(i), content.readAllBytes());
                    case DIRECTORY -> {}
                }
            }
            for (var place : places) {
                if (place.kind() == Kind.SYMBOLIC_LINK) {
                    visitor.symbolicLink(place.path(), place.target());
                }
            }
            return new Contents(unzipped, tree.size(), tree.hasBackslashes());
        }

        private InputStream content(ZipEntry entry, long offset) {
            return entry.kind() == Kind.DIRECTORY
                    ? InputStream.nullInputStream()
                    : new EntryContent(zip, entry, offset, inflater);
        }
    }

    private static final class Nowhere implements PackageVisitor {
        @Override
        public void directory(String path) {}

        @Override
        public void file(String path, boolean executable, Instant modified, InputStream content) {}

        @Override
        public void symbolicLink(String path, String target) {}
    }
}
