package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MemoryFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotStoreTest {
    private static final String PRINT = "0123abcd";
    private static final int SIZE = 3 << 20;

    @TempDir
    Path directory;

    private SnapshotStore store;
    private MachineSnapshot snapshot;

    @BeforeEach
    void make() throws Exception {
        store = SnapshotStore.in(directory);
        try (var memory = MemoryFile.ofSize(SIZE)) {
            try (var file = FileChannel.open(memory.path(), StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap("near the end".getBytes(StandardCharsets.UTF_8)), SIZE - 20);
                file.write(ByteBuffer.wrap("in the middle".getBytes(StandardCharsets.UTF_8)), 1 << 20);
            }
            snapshot = MachineSnapshot.of(memory, SIZE, MemoryFile.of("devices".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @AfterEach
    void close() {
        snapshot.close();
    }

    private Path file() {
        return directory.resolve(PRINT + ".machine");
    }

    private List<String> files() throws IOException {
        try (var all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void givesBackWhatItKeeps() throws Exception {
        store.keep(PRINT, snapshot);

        try (var found = SnapshotStore.in(directory).find(PRINT).orElseThrow()) {
            assertThat(Files.readAllBytes(found.memory().path()))
                    .isEqualTo(Files.readAllBytes(snapshot.memory().path()));
            assertThat(Files.readString(found.state().path())).isEqualTo("devices");
            assertThat(found.size()).isEqualTo(SIZE);
        }
        assertThat(files()).containsExactly(file().getFileName().toString());
        assertThat(Files.size(file())).isLessThan(200_000);
    }

    @Test
    void hasNothingOfWhatItDoesNotKnow() throws Exception {
        store.keep(PRINT, snapshot);
        Files.copy(file(), directory.resolve("other.machine"));

        assertThat(store.find("unknown")).isEmpty();
        assertThat(store.find("other")).isEmpty();
        assertThat(files()).doesNotContain("other.machine");
    }

    /// A whole one is kept anew afterwards.
    @Test
    void forgetsOneWhoseEndIsMissing() throws Exception {
        store.keep(PRINT, snapshot);
        for (var length : List.of(Files.size(file()) - 1, 70_000L, 20L, 0L)) {
            try (var damaged = new RandomAccessFile(file().toFile(), "rw")) {
                damaged.setLength(length);
            }
            assertThat(store.find(PRINT)).isEmpty();
            assertThat(file()).doesNotExist();
            store.keep(PRINT, snapshot);
        }
    }

    @Test
    void forgetsOneOfWhichAnyByteIsAnother() throws Exception {
        for (var at : List.of(3L, 12L, 20L, 28L, 40L, 5000L, 100_000L)) {
            store.keep(PRINT, snapshot);
            try (var damaged = new RandomAccessFile(file().toFile(), "rw")) {
                damaged.seek(at);
                var old = damaged.read();
                damaged.seek(at);
                damaged.write(old ^ 0x40);
            }

            assertThat(store.find(PRINT)).as("at %d", at).isEmpty();
            assertThat(file()).doesNotExist();
        }
    }

    @Test
    void leavesNothingWhereTheDiskIsFull() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to mount");
        var small = Files.createDirectory(directory.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString());
        try {
            // As if there were room until it is written.
            var full = SnapshotStore.in(small, -2 * SIZE);

            full.keep(PRINT, snapshot);

            assertThat(full.find(PRINT)).isEmpty();
            assertThat(small).isEmptyDirectory();
        } finally {
            run("umount", small.toString());
        }
    }

    @Test
    void leavesRoomOnTheDiskForWhatIsNeeded() throws Exception {
        var free = Files.getFileStore(directory).getUsableSpace();

        SnapshotStore.in(directory, 2 * free).keep(PRINT, snapshot);

        assertThat(directory).isEmptyDirectory();
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void clearsWhatWasLeftUnfinishedAndKeepsNoMoreThanItMay() throws Exception {
        Files.writeString(directory.resolve("killed.writing"), "half");
        for (var i = 0; i < 20; i++) {
            store.keep("one" + i, snapshot);
        }

        var _ = SnapshotStore.in(directory);

        assertThat(files()).hasSize(16).doesNotContain("killed.writing");
    }

    @Test
    void nobodyChangesASnapshot() {
        assertThatThrownBy(() -> {
                    try (var file = FileChannel.open(snapshot.memory().path(), StandardOpenOption.WRITE)) {
                        file.write(ByteBuffer.wrap(new byte[] {1}));
                    }
                })
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(LinuxException.class);
    }
}
