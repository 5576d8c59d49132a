package hearth.cluster;

import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.LayerId;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.LayerVersionsListItem;
import hearth.model.api.ResolvedS3Object;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages in a bucket, over a store of its own.
class CachedPackagesTest {
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Bytes ROOM = Bytes.mebibytes(1);

    @TempDir
    private Path folder;

    private final MemoryBucket bucket = new MemoryBucket();

    /// By the database's clock.
    private final AtomicLong now = new AtomicLong(1_800_000_000);

    private Store store;

    @BeforeEach
    void open() {
        store = opened(ROOM);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Store opened(Bytes cache) {
        return Store.open(
                folder,
                Store.bucket(
                        new BucketConfig(bucket, cache, "store"),
                        _ -> now.get(),
                        Duration.ofHours(1),
                        Duration.ofMinutes(10),
                        SOON));
    }

    /// Lets hours pass until the package is removed. One that something refers to would stay.
    private void awaitRemoval(CodeDigest digest) {
        Await.until(() -> {
            now.addAndGet(Duration.ofHours(2).toSeconds());
            return !bucket.holds(digest);
        });
    }

    @Test
    void areInTheBucketAndReadFromACopy() throws IOException {
        var code = create("first", zip(1));

        assertThat(bucket.keys()).singleElement().asString().matches("store/" + code.hex() + "/[0-9]+");
        assertThat(read(code)).contains(zip(1));
        assertThat(bucket.gets).hasValue(0);
        assertThat(store.blobs().open(BlobStore.digestOf(zip(2)))).isEmpty();
    }

    @Test
    void areNotPutTwice() {
        create("first", zip(1));
        create("second", zip(1));

        assertThat(bucket.puts).hasValue(1);
    }

    @Test
    void areFetchedOnceHoweverManyWantThem() throws Exception {
        var code = create("first", zip(1));
        forgetCopies();

        Concurrently.run(8, _ -> assertThat(read(code)).contains(zip(1)));

        assertThat(bucket.gets).hasValue(1);
    }

    @Test
    void areFetchedAgainWhenTheyComeCutOffOrChanged() throws IOException {
        var code = create("first", zip(1));
        forgetCopies();
        var ways = new AtomicInteger();
        bucket.way = bytes -> switch (ways.incrementAndGet()) {
            case 1 -> Arrays.copyOf(bytes, 2);
            case 2 -> zip(2);
            default -> bytes;
        };

        assertThat(read(code)).contains(zip(1));
    }

    @Test
    void areNotTakenForWhatTheyAreNot() throws IOException {
        var code = create("first", zip(1));
        forgetCopies();
        bucket.way = _ -> zip(2);

        assertThatThrownBy(() -> read(code))
                .isInstanceOf(PackageUnavailableException.class)
                .hasMessageContaining("what came is not the package")
                .hasMessageContaining(code.hex());

        assertThat(file(code)).doesNotExist();
        assertThat(folder.resolve("objects/unfinished")).isEmptyDirectory();
    }

    @Test
    void saysThatSomebodyRemovedAPackage() throws IOException {
        var code = create("first", zip(1));
        forgetCopies();
        for (var key : bucket.keys()) {
            bucket.delete(key);
        }

        assertThatThrownBy(() -> read(code))
                .isInstanceOf(PackageUnavailableException.class)
                .hasMessageContaining("is not in s3://memory, where it must be; somebody removed it");

        // Whoever brings it again mends it.
        put(zip(1));
        forgetCopies();
        assertThat(read(code)).contains(zip(1));
    }

    @Test
    void haveCopiesOfThoseThatWereUsedLast() throws IOException {
        store.close();
        store = opened(new Bytes(3L * zip(1).length));
        var first = create("first", zip(1));
        var second = create("second", zip(2));
        create("third", zip(3));
        read(first);

        var fourth = create("fourth", zip(4));

        Await.until(() -> !Files.exists(file(second)));
        assertThat(file(first)).exists();
        assertThat(file(fourth)).exists();
        assertThat(read(second)).contains(zip(2));
    }

    @Test
    void areRemovedOnceNothingRefersToThem() {
        var code = create("first", zip(1));
        create("second", zip(1));

        store.functions().delete(id("first"));
        removeAnother();
        assertThat(bucket.holds(code)).isTrue();

        store.functions().delete(id("second"));
        awaitRemoval(code);
    }

    @Test
    void areKeptForLayersAndForTheFunctionsThatHaveThem() {
        var layer = put(zip(7));
        var published = store.layers()
                .publish(
                        new LayerId(Samples.ACCOUNT, Samples.REGION, "layer"),
                        version -> new LayerVersionRecord(
                                version,
                                LayerVersionsListItem.builder().build(),
                                layer,
                                layer,
                                zip(7).length,
                                Optional.empty(),
                                "00000000-0000-4000-8000-000000000000",
                                Optional.empty()));
        var code = put(zip(1));
        var function = function("first", code);
        store.functions().create(Change.to(function.withLatest(function.latest().withLayers(List.of(layer)))));

        store.layers().delete(published.id());
        removeAnother();
        assertThat(bucket.holds(layer)).isTrue();

        store.functions().delete(id("first"));
        awaitRemoval(layer);
    }

    @Test
    void areRemovedWhenNothingEverReferredToThem() {
        var code = put(zip(1));

        awaitRemoval(code);
    }

    @Test
    void mustBeThereWhenSomethingRefersToThem() {
        var never = BlobStore.digestOf(zip(9));

        assertThatThrownBy(() -> store.functions().create(Change.to(function("first", never))))
                .isInstanceOf(PackageUnavailableException.class)
                .hasMessageContaining("Send it again");

        assertThat(store.functions().find(id("first"))).isEmpty();
    }

    @Test
    void areNotAskedForByImages() {
        assertThat(store.functions().create(Change.to(Samples.function("image", 1))))
                .isTrue();
    }

    @Test
    void thatStayWithTheirOwnersAreForgottenWithTheLastReference() {
        var reference = CodeReference.of(
                ResolvedS3Object.builder().s3Bucket("theirs").s3Key("app.zip").build(),
                BlobStore.digestOf(zip(1)),
                new Bytes(1),
                new Bytes(1));
        try (var held = store.blobs().put(reference)) {
            store.functions().create(Change.to(function("first", held.digest())));
        }
        removeAnother();
        assertThat(store.blobs().reference(reference.id())).contains(reference);
        assertThat(store.blobs().open(reference.id())).isEmpty();

        store.functions().delete(id("first"));
        removeAnother();
        Await.until(() -> store.blobs().reference(reference.id()).isEmpty());
    }

    @Test
    void areReadFromCopiesWhileTheBucketIsAwayAndPutOnceItIsBack() throws IOException {
        var code = create("first", zip(1));
        var other = create("second", zip(2));
        Files.delete(file(other));
        bucket.away = true;

        assertThat(read(code)).contains(zip(1));
        assertThatThrownBy(() -> read(other))
                .isInstanceOf(PackageUnavailableException.class)
                .hasMessage("The deployment package " + other.hex()
                        + " cannot be had from s3://memory: it does not answer");
        assertThatThrownBy(() -> put(zip(3)))
                .isInstanceOf(PackageUnavailableException.class)
                .hasMessage("The deployment package cannot be kept in s3://memory: it does not answer");

        bucket.away = false;
        assertThat(read(other)).contains(zip(2));
        create("third", zip(3));
        store.functions().delete(id("third"));
        awaitRemoval(BlobStore.digestOf(zip(3)));
    }

    @Test
    void sweepAwayOldObjectsThatAreNobodys() {
        store.close();
        var old = Duration.ofHours(25);
        var digest = BlobStore.digestOf(zip(5)).hex();
        bucket.put("store/" + digest + "/7", zip(5), old);
        bucket.put("store/" + digest + "/8", zip(5), Duration.ofHours(23));
        bucket.put("store/readme", zip(5), old);
        bucket.put("other/" + digest + "/7", zip(5), old);

        store = opened(ROOM);

        Await.until(() -> !bucket.keys().contains("store/" + digest + "/7"));
        assertThat(bucket.keys()).containsExactly("other/" + digest + "/7", "store/" + digest + "/8", "store/readme");
    }

    @Test
    void comeIntoTheBucketFromAFolderThatHadNone() throws IOException {
        store.close();
        CodeDigest code;
        CodeDigest published;
        try (var before = Store.open(folder)) {
            store = before;
            published = create("first", zip(1));
            before.functions().edit(id("first"), edit -> {
                var version = function("first", published).latest();
                edit.put(new VersionRecord(
                        Samples.configuration("first", "1"), published, 1, version.source(), List.of()));
                return true;
            });
            try (var held = before.blobs().put(zip(2))) {
                code = held.digest();
                before.functions().update(id("first"), function -> Change.to(function("first", code)));
            }
            before.functions().create(Change.to(Samples.function("image", 1, BlobStore.digestOf(zip(8)))));
        }
        bucket.away = true;
        store = opened(new Bytes(1));
        assertThat(read(code)).contains(zip(2));
        assertThat(read(published)).contains(zip(1));

        bucket.away = false;

        Await.until(() -> bucket.holds(code) && bucket.holds(published));
        // Only now may they go: there is no room for copies.
        Await.until(() -> !Files.exists(file(code)) && !Files.exists(file(published)));
        store.close();
        store = opened(ROOM);
        assertThat(read(code)).contains(zip(2));
        assertThat(read(published)).contains(zip(1));
    }

    @Test
    void areNotForgottenWhenTheServerIsStartedWithoutTheBucket() throws IOException {
        var code = create("first", zip(1));
        store.close();
        store = Store.open(folder);
        assertThat(read(code)).contains(zip(1));
        store.close();
        Files.delete(file(code));

        assertThatThrownBy(() -> Store.open(folder))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("1 packages")
                .hasMessageContaining("--objects");

        store = opened(ROOM);
        assertThat(read(code)).contains(zip(1));
    }

    @Test
    void thatWentWhileTheServerHadNoBucketAreRemovedThereLater() {
        var code = create("first", zip(1));
        store.close();
        store = Store.open(folder);
        store.functions().delete(id("first"));
        store.close();
        assertThat(bucket.holds(code)).isTrue();

        store = opened(ROOM);

        awaitRemoval(code);
    }

    private CodeDigest create(String name, byte[] zip) {
        try (var held = store.blobs().put(zip)) {
            store.functions().create(Change.to(function(name, held.digest())));
            return held.digest();
        }
    }

    private CodeDigest put(byte[] zip) {
        try (var held = store.blobs().put(zip)) {
            return held.digest();
        }
    }

    private static FunctionRecord function(String name, CodeDigest code) {
        var source = FunctionCodeLocation.builder().repositoryType("S3").build();
        var latest = new VersionRecord(Samples.configuration(name, FunctionId.LATEST), code, 1, source, List.of());
        return FunctionRecord.created(id(name), latest, Map.of());
    }

    private static byte[] zip(int number) {
        return ("PK package " + number).getBytes(StandardCharsets.UTF_8);
    }

    private Optional<byte[]> read(CodeDigest code) throws IOException {
        var found = store.blobs().open(code);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (var content = found.get()) {
            return Optional.of(content.readAllBytes());
        }
    }

    /// Removals happen in order: once this one's is done, those before it had their chance.
    private void removeAnother() {
        var other = put(zip(99));
        awaitRemoval(other);
    }

    private void forgetCopies() throws IOException {
        try (var files = Files.walk(folder.resolve("objects"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    private Path file(CodeDigest digest) {
        return folder.resolve("objects")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex().substring(2));
    }
}
