package hearth.cluster;

import static hearth.cluster.Samples.CODE;
import static hearth.cluster.Samples.ZIP;
import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
    @TempDir
    private Path folder;

    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(folder, Duration.ZERO);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void givesBackWhatWasPut() throws IOException {
        try (var held = store.blobs().put(ZIP);
                var content = store.blobs().open(held.digest()).orElseThrow()) {
            assertThat(held.digest()).isEqualTo(CODE);
            assertThat(held.size()).isEqualTo(ZIP.length);
            assertThat(content.readAllBytes()).isEqualTo(ZIP);
        }
        assertThat(store.blobs().open(BlobStore.digestOf(new byte[] {1}))).isEmpty();
    }

    @Test
    void removesAPackageThatNothingCameToReferTo() {
        store.blobs().put(ZIP).close();

        Await.until(() -> !isKept(CODE));
    }

    @Test
    void keepsAPackageWhileAnyFunctionRefersToIt() {
        create("first");
        create("second");

        store.functions().delete(id("first"));
        removeAnother();
        assertThat(isKept(CODE)).isTrue();

        store.functions().delete(id("second"));
        Await.until(() -> !isKept(CODE));
    }

    @Test
    void keepsTheOldCodeUntilTheUpdateThatReplacesItIsDone() {
        create("changing");
        var next = "PK other code".getBytes(StandardCharsets.UTF_8);
        try (var held = store.blobs().put(next)) {
            store.functions()
                    .update(
                            id("changing"),
                            function -> Change.to(function.withPrevious(Optional.of(function.latest()))
                                    .withLatest(Samples.function("changing", 2, held.digest())
                                            .latest())));
        }
        removeAnother();
        assertThat(isKept(CODE)).isTrue();

        store.functions().update(id("changing"), function -> Change.to(function.withPrevious(Optional.empty())));

        Await.until(() -> !isKept(CODE));
        assertThat(isKept(BlobStore.digestOf(next))).isTrue();
    }

    @Test
    void keepsWhatAPublishedVersionRefersTo() {
        create("published");
        store.functions()
                .update(
                        id("published"),
                        function -> Change.publishing(
                                function.withPublished(1, 1)
                                        .withLatest(Samples.function("published", 2, BlobStore.digestOf(new byte[] {9}))
                                                .latest()),
                                Samples.version("published", 1, 3)));
        removeAnother();
        assertThat(isKept(CODE)).isTrue();

        store.functions().deleteVersion(id("published"), 1);
        Await.until(() -> !isKept(CODE));
    }

    @Test
    void sweepsAtTheStartWhatACrashLeft() throws IOException {
        create("kept");
        store.close();
        var orphan = BlobStore.digestOf(new byte[] {5});
        Files.createDirectories(file(orphan).getParent());
        Files.write(file(orphan), new byte[] {5});
        var unfinished = folder.resolve("objects/unfinished/1");
        Files.write(unfinished, new byte[] {6});
        var foreign = folder.resolve("objects/ab/README");
        Files.createDirectories(foreign.getParent());
        Files.write(foreign, new byte[] {7});

        open();

        Await.until(() -> !Files.exists(file(orphan)));
        assertThat(unfinished).doesNotExist();
        assertThat(foreign).exists();
        assertThat(isKept(CODE)).isTrue();
    }

    @Test
    void neverLosesAPackageThatIsPutWhileItIsRemoved() throws Exception {
        var lost = new AtomicInteger();
        Concurrently.run(8, thread -> {
            for (int round = 0; round < 40; round++) {
                create("racing" + thread);
                if (!isKept(CODE)) {
                    lost.incrementAndGet();
                }
                // Mostly deleted again, so that the package is unused now and then.
                if ((thread + round) % 4 > 0) {
                    store.functions().delete(id("racing" + thread));
                }
            }
        });

        assertThat(lost).hasValue(0);
    }

    private void create(String name) {
        try (var held = store.blobs().put(ZIP)) {
            store.functions().create(Change.to(Samples.function(name, 1, held.digest())));
        }
    }

    /// Removals happen in order: once this one's is done, those before it had their chance.
    private void removeAnother() {
        var other = store.blobs().put(new byte[] {1, 2, 3});
        other.close();
        Await.until(() -> !isKept(other.digest()));
    }

    private boolean isKept(CodeDigest digest) {
        return Files.exists(file(digest));
    }

    private Path file(CodeDigest digest) {
        return folder.resolve("objects")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex().substring(2));
    }
}
