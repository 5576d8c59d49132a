package hearth.worker.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.code.PackageLimits;
import hearth.model.memory.MemoryBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeCacheTest {
    private static final UnpackingThreads THREADS = UnpackingThreads.of(1);
    private static final Bytes PLENTY = Bytes.mebibytes(100);

    @TempDir
    private Path temporary;

    private final TestStore store = new TestStore();
    private final List<CodeCache> opened = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @AfterEach
    void closeCaches() {
        opened.forEach(CodeCache::close);
    }

    @Test
    void unpacksAPackageReadableByAllWithItsModesTimesAndLinks() throws Exception {
        var digest = store.put(new TestZip()
                .file("app.py", "print(1)")
                .executable("bin/run", "#!/bin/sh")
                .link("bin/app", "../app.py"));

        try (var cache = open(PLENTY);
                var lease = cache.acquire(digest)) {
            var root = lease.directory();
            assertThat(root).hasParent(temporary);
            assertThat(root.getFileName().toString()).startsWith(digest.hex());
            assertThat(modes(root)).isEqualTo("rwxr-xr-x");
            assertThat(modes(root.resolve("bin"))).isEqualTo("rwxr-xr-x");
            assertThat(modes(root.resolve("app.py"))).isEqualTo("rw-r--r--");
            assertThat(modes(root.resolve("bin/run"))).isEqualTo("rwxr-xr-x");
            assertThat(Files.getLastModifiedTime(root.resolve("app.py")).toInstant())
                    .isEqualTo(TestZip.MODIFIED);
            assertThat(Files.readSymbolicLink(root.resolve("bin/app"))).isEqualTo(Path.of("../app.py"));
            assertThat(root.resolve("bin/app")).hasContent("print(1)");
            assertThat(scratch()).isEmpty();
        }
    }

    @Test
    void putsLayersOverEachOtherInTheirOrder() throws Exception {
        var first = store.put(new TestZip()
                .file("both", "first")
                .executable("bin/tool", "first")
                .file("file-then-directory", "first")
                .file("directory-then-file/a", "first")
                .file("python/one.py", "first")
                .link("link-then-directory", "bin")
                .link("latest", "both"));
        var second = store.put(new TestZip()
                .file("both", "second")
                .file("file-then-directory/b", "second")
                .file("directory-then-file", "second")
                .file("python/two.py", "second")
                .file("link-then-directory/c", "second"));
        var cache = open(PLENTY);

        try (var lease = cache.acquireLayers(List.of(first, second));
                var reversed = cache.acquireLayers(List.of(second, first));
                var same = cache.acquireLayers(List.of(first, second));
                var alone = cache.acquireLayers(List.of(first))) {
            var root = lease.directory();
            assertThat(root.resolve("both")).hasContent("second");
            assertThat(root.resolve("bin/tool")).hasContent("first").isExecutable();
            assertThat(root.resolve("bin")).isDirectoryNotContaining("glob:**/c");
            assertThat(root.resolve("file-then-directory/b")).hasContent("second");
            assertThat(root.resolve("directory-then-file")).hasContent("second");
            assertThat(root.resolve("python/one.py")).hasContent("first");
            assertThat(root.resolve("python/two.py")).hasContent("second");
            assertThat(root.resolve("link-then-directory/c")).hasContent("second");
            assertThat(Files.readSymbolicLink(root.resolve("latest"))).isEqualTo(Path.of("both"));
            assertThat(modes(root)).isEqualTo("rwxr-xr-x");
            assertThat(reversed.directory().resolve("both")).hasContent("first");
            assertThat(reversed.directory().resolve("directory-then-file/a")).hasContent("first");
            assertThat(same.directory()).isEqualTo(root);
            assertThat(alone.directory().resolve("both")).hasContent("first");
        }
        assertThat(store.opened).as("each layer is fetched once").hasValue(2);
        assertThat(scratch()).isEmpty();
    }

    /// Links lead where the function's sandbox has something. On the host they would lead to the host's.
    @Test
    void followsNoLinkWhereverItLeads(@TempDir Path outside) throws Exception {
        var secret = Files.writeString(outside.resolve("secret"), "the host's");
        var modified = Files.getLastModifiedTime(secret);
        var first = store.put(new TestZip()
                .link("directory", outside.toString())
                .link("replaced", secret.toString())
                .link("linked-again", outside.toString())
                .link("kept", secret.toString())
                .link("up", "../../../../.." + outside));
        var second = store.put(new TestZip()
                .file("directory/secret", "the layer's")
                .file("replaced", "the layer's")
                .link("linked-again", secret.toString())
                .file("up/secret", "the layer's"));
        try (var cache = open(new Bytes(1))) {
            try (var lease = cache.acquireLayers(List.of(first, second))) {
                var root = lease.directory();
                assertThat(root.resolve("directory/secret")).hasContent("the layer's");
                assertThat(Files.isDirectory(root.resolve("directory"), LinkOption.NOFOLLOW_LINKS))
                        .isTrue();
                assertThat(Files.isRegularFile(root.resolve("replaced"), LinkOption.NOFOLLOW_LINKS))
                        .isTrue();
                assertThat(Files.readSymbolicLink(root.resolve("linked-again"))).isEqualTo(secret);
                assertThat(Files.readSymbolicLink(root.resolve("kept"))).isEqualTo(secret);
                assertThat(root.resolve("up/secret")).hasContent("the layer's");
            }
            // Out of the cache with all of them.
            cache.acquire(store.put(new TestZip().file("c", "3"))).close();
            assertThat(unpacked()).doesNotContain(first, second);
        }
        assertThat(outside).isDirectoryContaining(secret::equals);
        assertThat(secret).hasContent("the host's");
        assertThat(Files.getLastModifiedTime(secret)).isEqualTo(modified);
    }

    @Test
    void keepsMergedLayersWhenTheLayersThemselvesLeave() throws Exception {
        var first = store.put(new TestZip().file("a", "1"));
        var second = store.put(new TestZip().file("b", "2"));
        var cache = open(new Bytes(1));

        try (var lease = cache.acquireLayers(List.of(first, second))) {
            cache.acquire(store.put(new TestZip().file("c", "3"))).close();

            assertThat(unpacked()).doesNotContain(first);
            assertThat(lease.directory().resolve("a")).hasContent("1");
            assertThat(lease.directory().resolve("b")).hasContent("2");
        }
    }

    @Test
    void fetchesAPackageOnceForAllWhoAskAtOnce() throws Exception {
        var digest = store.put(new TestZip().file("a", "1"));
        store.gate = new CountDownLatch(1);
        var cache = open(PLENTY);
        var leases = new ArrayList<Future<Lease>>();

        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                leases.add(tasks.submit(() -> cache.acquire(digest)));
            }
            store.reached.await();
            store.gate.countDown();
        }

        assertThat(store.opened).hasValue(1);
        assertThat(leases)
                .extracting(lease -> lease.resultNow().directory())
                .containsOnly(leases.getFirst().resultNow().directory());
    }

    @Test
    void tellsAllWhoWaitWhyAPackageIsNotThereAndTriesAgainNextTime() throws Exception {
        var zip = new TestZip().file("a", "1").build();
        var digest = TestZip.digest(zip);
        var cache = open(PLENTY);

        assertThatThrownBy(() -> cache.acquire(digest)).isInstanceOf(IOException.class);
        store.put(digest, zip);

        assertThat(cache.acquire(digest).directory().resolve("a")).hasContent("1");
        assertThat(scratch()).isEmpty();
    }

    @Test
    void refusesBytesThatAreNotThePackage() throws Exception {
        var digest = TestZip.digest(new TestZip().file("a", "1").build());
        store.put(digest, new TestZip().file("a", "2").build());
        var cache = open(PLENTY);

        assertThatThrownBy(() -> cache.acquire(digest))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(digest.hex())
                .hasMessageContaining("damaged");
        assertThat(unpacked()).isEmpty();
    }

    @Test
    void stopsReadingAPackageThatHasNoEnd() throws Exception {
        var digest = store.put(new byte[2_000]);
        var limits = PackageLimits.STORED.withZipped(new Bytes(1_000));
        var cache = remember(new CodeCache(temporary, store, limits, PLENTY, THREADS, () -> now));

        assertThatThrownBy(() -> cache.acquire(digest)).hasMessageContaining("is larger than 1000 bytes");
    }

    @Test
    void unpacksAPackageFromAFileWhereThereIsNoMemoryForIt() throws Exception {
        var content = incompressible(500_000);
        var digest = store.put(new TestZip().file("app.py", content).build());
        for (var memory : List.of(new MemoryBudget(Bytes.mebibytes(8)), new MemoryBudget(Bytes.mebibytes(64)))) {
            long left = memory.left();
            var cache = remember(new CodeCache(
                    Files.createDirectory(temporary.resolve("cache" + left)),
                    store,
                    PackageLimits.STORED,
                    PLENTY,
                    THREADS,
                    memory,
                    () -> now));

            try (var lease = cache.acquire(digest)) {
                assertThat(lease.directory().resolve("app.py")).hasContent(content);
            }
            assertThat(memory.left()).isEqualTo(left);
        }
    }

    @Test
    void unpacksUsualPackagesWhileManyLargeOnesAreWaitedFor() throws Exception {
        var gate = new CountDownLatch(1);
        var digest = store.put(
                new TestZip().file("app.py", incompressible(2_000_000)).build());
        try (var threads = UnpackingThreads.of(1);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 10; i++) {
                var _ = callers.submit(() -> threads.large().run(() -> gate.await(1, TimeUnit.MINUTES)));
            }
            var cache = remember(new CodeCache(temporary, store, PackageLimits.STORED, PLENTY, threads, () -> now));

            try (var lease = cache.acquire(digest)) {
                assertThat(lease.directory().resolve("app.py")).hasSize(2_000_000);
            } finally {
                gate.countDown();
            }
        }
    }

    private static String incompressible(int length) {
        var content = new char[length];
        var random = new Random(1);
        for (int i = 0; i < content.length; i++) {
            content[i] = (char) (' ' + random.nextInt(90));
        }
        return new String(content);
    }

    @Test
    void unpacksALargePackageFromAFile() throws Exception {
        var content = new char[20_000_000];
        var random = new Random(1);
        for (int i = 0; i < content.length; i++) {
            content[i] = (char) random.nextInt(128);
        }
        var zip = new TestZip().file("a", new String(content)).build();
        var cache = open(PLENTY);

        var root = cache.acquire(store.put(zip)).directory();

        assertThat(zip.length).isGreaterThan(16 << 20);
        assertThat(Files.readString(root.resolve("a")).toCharArray()).isEqualTo(content);
        assertThat(scratch()).isEmpty();
    }

    @Test
    void refusesALargePackageThatIsDamagedAtItsEnd() throws Exception {
        var zip = new byte[16 << 20];
        var digest = TestZip.digest(zip);
        zip[zip.length - 1] = 1;
        store.put(digest, zip);
        var cache = open(PLENTY);

        assertThatThrownBy(() -> cache.acquire(digest)).hasMessageContaining("damaged");
        assertThat(scratch()).isEmpty();
    }

    @Test
    void saysInTheWordsOfAwsThatAPackageCannotBeUnpacked() throws Exception {
        var digest = store.put(new TestZip().file("a", "1").link("b", "a").file("b/c", "2"));
        var cache = open(PLENTY);

        assertThatThrownBy(() -> cache.acquire(digest))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                        .isEqualTo(ApiError.INVALID_ZIP_FILE))
                .hasMessage("Lambda could not unzip the deployment package.");
        assertThat(unpacked()).isEmpty();
        assertThat(scratch()).isEmpty();
    }

    @Test
    void letsOthersGoOnWhenTheFetchingCallerIsCancelled() throws Exception {
        var digest = store.put(new TestZip().file("a", "1"));
        store.gate = new CountDownLatch(1);
        var cache = open(PLENTY);

        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = tasks.submit(() -> cache.acquire(digest));
            store.reached.await();
            var second = tasks.submit(() -> cache.acquire(digest));
            first.cancel(true);
            store.gate.countDown();

            assertThat(second.get().directory().resolve("a")).hasContent("1");
        }
        assertThat(store.opened).hasValue(2);
    }

    @Test
    void letsAWaitingCallerBeCancelled() throws Exception {
        var digest = store.put(new TestZip().file("a", "1"));
        store.gate = new CountDownLatch(1);
        var cache = open(new Bytes(0));

        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var fetching = tasks.submit(() -> cache.acquire(digest));
            store.reached.await();
            var waiting = Thread.ofVirtual().unstarted(() -> assertThatThrownBy(() -> cache.acquire(digest))
                    .isInstanceOf(InterruptedException.class));
            waiting.start();
            await(() -> waiting.getState() == Thread.State.WAITING);
            waiting.interrupt();
            waiting.join();
            store.gate.countDown();
            fetching.get().close();
        }

        // The cancelled caller holds no lease: the package goes when room is wanted.
        cache.acquire(store.put(new TestZip().file("b", "2"))).close();
        assertThat(unpacked()).doesNotContain(digest);
    }

    @Test
    void findsItsPackagesAgainAfterARestart() throws Exception {
        var digest = store.put(new TestZip().file("a", "1"));
        try (var cache = open(PLENTY)) {
            cache.acquire(digest).close();
        }

        var cache = open(PLENTY);

        assertThat(cache.acquire(digest).directory().resolve("a")).hasContent("1");
        assertThat(store.opened).hasValue(1);
    }

    @Test
    void removesWhatAKilledServerLeftHalfDone() throws Exception {
        open(PLENTY).close();
        var half = Files.createDirectories(temporary.resolve("scratch/1/code/node_modules"));
        Files.writeString(half.resolve("index.js"), "half of i");
        Files.writeString(temporary.resolve("scratch/1/zip"), "PK");

        var cache = open(PLENTY);

        await(() -> scratch().isEmpty());
        assertThat(cache.acquire(store.put(new TestZip().file("a", "1"))).directory())
                .isNotEmptyDirectory();
    }

    @Test
    void throwsAwayACacheOfAnotherBoot() throws Exception {
        var digest = store.put(new TestZip().file("a", "1"));
        try (var cache = open(PLENTY)) {
            cache.acquire(digest).close();
        }
        Files.writeString(temporary.resolve("boot"), "an earlier boot");

        var cache = open(PLENTY);

        assertThat(unpacked()).isEmpty();
        await(() -> scratch().isEmpty());
        assertThat(cache.acquire(digest).directory().resolve("a")).hasContent("1");
        assertThat(store.opened).hasValue(2);
    }

    @Test
    void keepsItsDirectoryToItself() throws Exception {
        var cache = open(PLENTY);

        assertThatThrownBy(() -> open(PLENTY)).hasMessageContaining("Another server uses the code cache");
        cache.close();
        open(PLENTY);
    }

    @Test
    void removesTheLongestUnusedPackagesWhenRoomIsWanted() throws Exception {
        var first = store.put(new TestZip().file("a", "1"));
        var second = store.put(new TestZip().file("a", "2"));
        var third = store.put(new TestZip().file("a", "3"));
        var cache = open(new Bytes(2 * (4096 + 4096)));

        use(cache, first);
        use(cache, second);
        use(cache, first);
        use(cache, third);

        assertThat(unpacked()).containsExactlyInAnyOrder(first, third);
        assertThat(scratch()).isEmpty();
        use(cache, second);
        assertThat(unpacked()).containsExactlyInAnyOrder(second, third);
    }

    @Test
    void remembersUseAcrossRestarts() throws Exception {
        var first = store.put(new TestZip().file("a", "1"));
        var second = store.put(new TestZip().file("a", "2"));
        var third = store.put(new TestZip().file("a", "3"));
        try (var cache = open(PLENTY)) {
            use(cache, first);
            use(cache, second);
            use(cache, first);
        }

        use(open(new Bytes(2 * (4096 + 4096))), third);

        assertThat(unpacked()).containsExactlyInAnyOrder(first, third);
    }

    @Test
    void neverRemovesWhatIsInUse() throws Exception {
        var first = store.put(new TestZip().file("a", "1"));
        var second = store.put(new TestZip().file("a", "2"));
        var cache = open(new Bytes(1));
        var lease = cache.acquire(first);
        var again = cache.acquire(first);

        use(cache, second);
        assertThat(lease.directory().resolve("a")).hasContent("1");
        lease.close();
        lease.close();
        use(cache, second);
        assertThat(again.directory().resolve("a")).hasContent("1");
        again.close();
        use(cache, store.put(new TestZip().file("a", "3")));

        assertThat(unpacked()).doesNotContain(first, second);
    }

    @Test
    void fetchesAgainWhatSomeoneRemoved() throws Exception {
        var digest = store.put(new TestZip().file("a", "1"));
        var cache = open(PLENTY);
        try (var lease = cache.acquire(digest)) {
            Files.delete(lease.directory().resolve("a"));
            Files.delete(lease.directory());
        }

        assertThat(cache.acquire(digest).directory().resolve("a")).hasContent("1");
    }

    @Test
    void isRightUnderManyCallersWithTooLittleRoom() throws Exception {
        var digests = new ArrayList<CodeDigest>();
        for (int i = 0; i < 12; i++) {
            digests.add(store.put(new TestZip().file("who", "package " + i).file("more/data", "x".repeat(i * 1000))));
        }
        var cache = open(new Bytes(5 * 16_384));
        var callers = new ArrayList<Future<?>>();

        try (var tasks = Executors.newFixedThreadPool(8)) {
            for (int caller = 0; caller < 8; caller++) {
                var random = new Random(caller);
                callers.add(tasks.submit(() -> {
                    for (int round = 0; round < 200; round++) {
                        int which = random.nextInt(digests.size());
                        try (var lease = cache.acquire(digests.get(which))) {
                            assertThat(lease.directory().resolve("who")).hasContent("package " + which);
                            assertThat(Files.size(lease.directory().resolve("more/data")))
                                    .isEqualTo(which * 1000L);
                        }
                    }
                    return null;
                }));
            }
        }

        for (var caller : callers) {
            caller.get();
        }
        assertThat(unpacked()).hasSizeLessThan(12).doesNotHaveDuplicates();
        assertThat(scratch()).isEmpty();
    }

    private CodeCache open(Bytes capacity) throws IOException {
        return remember(new CodeCache(temporary, store, PackageLimits.STORED, capacity, THREADS, () -> now));
    }

    private CodeCache remember(CodeCache cache) {
        opened.add(cache);
        return cache;
    }

    private void use(CodeCache cache, CodeDigest digest) throws Exception {
        now = now.plus(Duration.ofSeconds(1));
        cache.acquire(digest).close();
    }

    private List<CodeDigest> unpacked() throws IOException {
        try (var paths = Files.list(temporary)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.length() > 64)
                    .map(name -> new CodeDigest(name.substring(0, 64)))
                    .toList();
        }
    }

    private List<Path> scratch() throws IOException {
        try (var paths = Files.list(temporary.resolve("scratch"))) {
            return paths.toList();
        }
    }

    private static String modes(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
