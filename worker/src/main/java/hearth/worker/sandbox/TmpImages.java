package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.DetachedMount;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.LoopDevice;
import hearth.worker.linux.OpenFiles;
import hearth.worker.linux.SparseFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// `/tmp` on disk: empty ext4 images, one for each size, of which every sandbox gets a copy.
///
/// An image is nearly all hole: it takes a hundred kilobytes or so until something is written. A copy lies in a
/// nameless file, mounted through a loop device that frees itself. Nothing of it has a name on the host, so nothing
/// stays behind when the last process or descriptor that holds it is gone.
final class TmpImages implements TmpStorage {
    private static final System.Logger LOG = System.getLogger(TmpImages.class.getName());

    /// One inode for so many bytes. Each takes 256, and `/tmp` is to have its full size besides.
    private static final long BYTES_PER_INODE = 16384;

    private static final long INODE_SIZE = 256;
    private static final long BLOCK = 4096;

    /// Bitmaps, descriptors and the superblock's copies.
    private static final double OTHER_OVERHEAD = 1.002;

    /// ext4 keeps a fiftieth for itself, but not more than this.
    private static final Bytes MOST_RESERVED = Bytes.mebibytes(16);

    private static final Bytes FIXED_OVERHEAD = new Bytes(512 << 10);

    /// Nobody reads it after a crash, so nothing need be on the disk at any time: else mounting it, each `fsync` in it
    /// and its end would have the host's disk flushed. And the kernel is not to write zeros some seconds later into
    /// the tables of inodes, which are holes and read as zeros already.
    private static final Map<String, String> OPTIONS = Map.of("barrier", "0", "noinit_itable", "");

    /// The size that is made ahead.
    private static final Bytes USUAL = SandboxSpec.USUAL_EPHEMERAL_STORAGE;

    /// How many are ready while nothing happens, and how many at the busiest time.
    static final int LEAST = 4;

    private static final int MOST = 32;

    private final Path directory;
    private final ConcurrentMap<Bytes, Path> images = new ConcurrentHashMap<>();
    private final Stock<Tmp> stock = new Stock<>("tmp-mounts", new Demand(LEAST, MOST), Stock.QUIET, new Making());

    /// @param directory ours alone; for images now and for the nameless copies later
    TmpImages(Path directory) {
        this.directory = directory;
    }

    @Override
    public Tmp take(Bytes size) throws SandboxException {
        return size.equals(USUAL) ? stock.take() : make(size);
    }

    @Override
    public void begin(Duration pause) {
        stock.begin(pause);
    }

    @Override
    public boolean isFull() {
        return stock.isFull();
    }

    @Override
    public void close() {
        stock.close();
    }

    private final class Making implements Stock.Maker<Tmp> {
        @Override
        public Tmp make() throws SandboxException {
            return TmpImages.this.make(USUAL);
        }

        @Override
        public void discard(List<Tmp> unused) {
            unused.forEach(Tmp::close);
        }
    }

    private Tmp make(Bytes size) throws SandboxException {
        try {
            var image = images.computeIfAbsent(size, this::image);
            return new Mounted(mount(image, imageSize(size)));
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxException("/tmp of %d MiB: %s".formatted(size.toMebibytes(), e.getMessage()), e);
        }
    }

    /// A copy as a file that has no name, for whoever has it for a disk.
    ///
    /// @return a descriptor, the caller's to close
    int copy(Bytes size) throws SandboxException {
        try {
            var original = Descriptors.open(images.computeIfAbsent(size, this::image));
            try {
                return nameless(original);
            } finally {
                Descriptors.close(original);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxException("/tmp of %d MiB: %s".formatted(size.toMebibytes(), e.getMessage()), e);
        }
    }

    /// A copy of another disk, likewise.
    int copyOf(int original) throws SandboxException {
        try {
            return nameless(original);
        } catch (IOException e) {
            throw new SandboxException("/tmp: " + e.getMessage(), e);
        }
    }

    private int nameless(int original) throws IOException {
        var copy = SparseFiles.nameless(directory, OpenFiles.size(original));
        try {
            SparseFiles.copyData(original, copy);
        } catch (IOException | RuntimeException | Error e) {
            Descriptors.close(copy);
            throw e;
        }
        return copy;
    }

    /// Mounts a copy of an image.
    ///
    /// The device is given a file that is all hole, because the kernel writes to the disk what the file holds
    /// by then, and waits for that; and the image goes through the device, whose pages the file system is then
    /// found in.
    private DetachedMount mount(Path image, Bytes size) throws LinuxException {
        var copy = SparseFiles.nameless(directory, size.count());
        try (var device = LoopDevice.of(copy)) {
            var original = Descriptors.open(image);
            try {
                SparseFiles.copyData(original, device.fd());
            } finally {
                Descriptors.close(original);
            }
            return DetachedMount.of("ext4", device.path(), OPTIONS);
        } finally {
            Descriptors.close(copy);
        }
    }

    /// How large an image must be so that `size` is left for files.
    static Bytes imageSize(Bytes size) {
        var inodes = Math.max(1024, size.count() / BYTES_PER_INODE);
        var reserved = Math.min(size.count() / 49, MOST_RESERVED.count());
        var whole = (long) (size.count() * OTHER_OVERHEAD) + inodes * INODE_SIZE + reserved + FIXED_OVERHEAD.count();
        return new Bytes((whole + BLOCK - 1) / BLOCK * BLOCK);
    }

    private Path image(Bytes size) {
        var image = directory.resolve("tmp-%d.ext4".formatted(size.toMebibytes()));
        try {
            Files.createDirectories(directory);
            var fresh = Files.createTempFile(directory, "making", ".ext4");
            format(fresh, size);
            return Files.move(fresh, image, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Without a journal, because nobody reads it after a crash, and without space for growing or for root.
    private static void format(Path image, Bytes size) throws IOException {
        writeLastByte(image, size);
        var inodes = Math.max(1024, size.count() / BYTES_PER_INODE);
        run(
                "mkfs.ext4",
                "-q",
                "-F",
                "-b",
                Long.toString(BLOCK),
                "-I",
                Long.toString(INODE_SIZE),
                "-N",
                Long.toString(inodes),
                "-m",
                "0",
                "-O",
                "^has_journal,^resize_inode",
                "-E",
                "lazy_itable_init=1,nodiscard,root_owner=0:0",
                image.toString());
        removeLostAndFound(image);
        // So that whoever looks for what is no hole finds the end without an error, of which making one costs a start.
        writeLastByte(image, size);
    }

    private static void writeLastByte(Path image, Bytes size) throws IOException {
        try (var file = Files.newByteChannel(image, StandardOpenOption.WRITE)) {
            file.position(imageSize(size).count() - 1);
            file.write(ByteBuffer.allocate(1));
        }
    }

    /// Once, in the image: in each sandbox it would take seven reads of the disk, one after the other. Where it
    /// cannot be done here, the launcher does it.
    private static void removeLostAndFound(Path image) {
        try {
            run("debugfs", "-w", "-R", "rmdir lost+found", image.toString());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Every sandbox removes lost+found from its /tmp: {0}", e.getMessage());
        }
    }

    private static void run(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command[0] + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command[0] + " ran", e);
        }
    }
}
