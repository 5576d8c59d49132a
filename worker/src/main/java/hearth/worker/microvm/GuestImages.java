package hearth.worker.microvm;

import hearth.worker.linux.HostLock;
import hearth.worker.linux.OpenFiles;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// The read-only images that microVMs have for disks, made once of a host's files and kept by what those are:
/// their names, sizes, times and numbers. Whoever has an image open keeps it, so any may be deleted at any
/// time.
///
/// Servers of a host may share a folder of them: a lock keeps two from making the same at once.
public final class GuestImages {
    private static final Logger log = System.getLogger(GuestImages.class.getName());

    /// Changes with the way in which images are made.
    private static final String FORMAT = "1";

    private static final String HOST = "host-";
    private static final String ENDING = ".squashfs";
    private static final String UNFINISHED = ".making";
    private static final Duration UNUSED = Duration.ofDays(7);

    /// How much images may take that are not used, besides that of the host.
    private static final long MOST = 8L << 30;

    /// In bytes (Documentation/filesystems/squashfs.rst).
    private static final int SUPERBLOCK = 96;

    private static final List<String> MOUNT_POINTS = List.of("dev", "proc", "sys", "run", "root");

    /// Of a host's `/usr`, what no program needs that runs: documents, headers, symbols, the host's own kernels.
    static final List<String> LEFT_OUT = List.of(
            "/usr/share/doc",
            "/usr/share/man",
            "/usr/share/info",
            "/usr/share/locale",
            "/usr/include",
            "/usr/src",
            "/usr/lib/debug",
            "/usr/lib/modules",
            "/usr/lib/firmware");

    private final Path folder;
    private final SquashfsImages maker;

    private GuestImages(Path folder, SquashfsImages maker) {
        this.folder = folder;
        this.maker = maker;
    }

    /// Opens the folder, and clears what was left unfinished or is not used any more.
    ///
    /// @throws IOException also where there is nothing to make images with
    public static GuestImages in(Path folder) throws IOException {
        var maker = SquashfsImages.find()
                .orElseThrow(() -> new IOException("there is no mksquashfs; install squashfs-tools"));
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var images = new GuestImages(folder, maker);
        images.clear();
        return images;
    }

    /// The image of the host's own programs and libraries. May take minutes the first time.
    ///
    /// @param places absolute paths, each of which is in the image under its own name
    public Path host(List<Path> places) throws IOException {
        var print = new Fingerprint(false);
        print.add(FORMAT + LEFT_OUT + MOUNT_POINTS);
        for (var place : places) {
            print.add(place, LEFT_OUT);
        }
        return kept(HOST + print.text(), image -> {
            log.log(Level.INFO, "making the image of this host''s programs, once until they change: {0}", places);
            maker.make(places, MOUNT_POINTS, LEFT_OUT, image);
            forgetHosts();
        });
    }

    /// It is as large as the host's programs, so there is one. Machines that run keep theirs.
    private void forgetHosts() throws IOException {
        for (var image : images()) {
            if (isHost(image.path)) {
                Files.deleteIfExists(image.path);
            }
        }
    }

    private static boolean isHost(Path image) {
        return image.getFileName().toString().startsWith(HOST);
    }

    /// Whether the host's image has this file or directory of the host.
    ///
    /// @param path without links
    public static boolean isOfHost(Path path) {
        return path.startsWith("/usr") && LEFT_OUT.stream().noneMatch(path::startsWith);
    }

    /// The image of one directory, whose root is that directory.
    public Path directory(Path directory) throws IOException {
        var print = new Fingerprint(true);
        print.add(FORMAT);
        print.add(directory.toRealPath(), List.of());
        return kept("dir-" + print.text(), image -> maker.make(directory, image));
    }

    /// Ends the programs that make any, whose callers are told so, and makes no more.
    public void endMaking() {
        maker.end();
    }

    private interface Making {
        void make(Path image) throws IOException;
    }

    private Path kept(String name, Making making) throws IOException {
        var image = folder.resolve(name + ENDING);
        if (isUsed(image)) {
            return image;
        }
        try (var lock = HostLock.exclusive(folder.resolve(name + ".lock"))) {
            if (!isUsed(image)) {
                var unfinished = folder.resolve(name + UNFINISHED);
                // Whoever was killed over it may have left a program that goes on writing.
                Files.deleteIfExists(unfinished);
                try {
                    making.make(unfinished);
                    try (var written = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                        written.force(true);
                    }
                    Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("r--r--r--"));
                    Files.move(unfinished, image, StandardCopyOption.ATOMIC_MOVE);
                    clearOld();
                } finally {
                    Files.deleteIfExists(unfinished);
                }
            }
            lock.delete();
        }
        return image;
    }

    /// Whether it is there; then it is one that is used now.
    public static boolean isUsed(Path image) throws IOException {
        try {
            Files.setLastModifiedTime(image, FileTime.fromMillis(System.currentTimeMillis()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// Tells an image from another that was made of the same files: machines that have looked at the one must not find
    /// the other. The head of such a file system says when it was made, and where in it everything is.
    ///
    /// @param opened a descriptor of the image, whose name may be another's by now
    public static String identity(int opened) throws IOException {
        return identity(Files.readSymbolicLink(OpenFiles.path(opened)), opened);
    }

    /// @param opened a descriptor of it
    public static String identity(Path image, int opened) throws IOException {
        try (var file = Files.newInputStream(OpenFiles.path(opened))) {
            return image.getFileName() + " " + HexFormat.of().formatHex(file.readNBytes(SUPERBLOCK));
        }
    }

    private void clear() throws IOException {
        try (var files = Files.list(folder)) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(UNFINISHED)).toList()) {
                clearUnfinished(file);
            }
        }
        clearOld();
    }

    /// The one that was used last stays, however large.
    private void clearOld() throws IOException {
        var images = images();
        var oldest = System.currentTimeMillis() - UNUSED.toMillis();
        var total = 0L;
        for (var image : images) {
            total += isHost(image.path) ? 0 : image.size;
            boolean tooMuch = total > MOST && !isHost(image.path) && !image.equals(images.getFirst());
            if (image.used < oldest || tooMuch) {
                log.log(Level.DEBUG, "deleting the image {0}", image.path);
                Files.deleteIfExists(image.path);
            }
        }
    }

    private record Image(Path path, long size, long used) {}

    /// Those that were used last come first.
    private List<Image> images() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ENDING))
                    .map(file -> new Image(
                            file, file.toFile().length(), file.toFile().lastModified()))
                    .sorted(Comparator.comparingLong(Image::used).reversed())
                    .toList();
        }
    }

    /// Unless somebody is making it.
    private void clearUnfinished(Path file) throws IOException {
        var name = file.getFileName().toString();
        var lock = folder.resolve(name.substring(0, name.length() - UNFINISHED.length()) + ".lock");
        try (var alone = HostLock.tryExclusive(lock).orElse(null)) {
            if (alone != null) {
                Files.deleteIfExists(file);
                alone.delete();
            }
        }
    }
}
