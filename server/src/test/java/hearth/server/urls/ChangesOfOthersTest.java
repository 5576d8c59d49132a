package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.DataFolderLock;
import hearth.cluster.Store;
import hearth.cluster.StoreMember;
import hearth.cluster.StorePlace;
import hearth.cluster.StoreUrl;
import hearth.control.ControlPlane;
import hearth.control.code.ObjectStore;
import hearth.control.mappings.SourceProbe;
import hearth.control.operation.Caller;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.ProvisionedEnvironments;
import hearth.control.urls.UrlAddress;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.Lookup;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.TestPostgres;
import hearth.model.api.AddPermissionRequest;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.CreateFunctionUrlConfigRequest;
import hearth.model.api.CreateFunctionUrlConfigResponse;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionUrlConfigRequest;
import hearth.model.api.FunctionCode;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import hearth.model.code.PackageThreads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What one server answers is what another goes by, a quarter of a second later: its cache of functions with their
/// policies, and its index of URLs.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class ChangesOfOthersTest {
    private static final Caller CALLER =
            new Caller(new AccountId("123456789012"), new Region("eu-north-1"), "http://code.test");
    private static final FunctionId GREET = CALLER.function("greet");

    private final StoreUrl url = StoreUrl.parse(TestPostgres.running().newDatabase());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Duration> delays = new ArrayList<>();

    @TempDir
    Path folder;

    private Store here;
    private Store there;
    private ControlPlane control;
    private FunctionCache cache;
    private UrlIndex urls;

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @BeforeEach
    void open() {
        here = store("host1");
        there = store("host2");
        control = new ControlPlane(
                here,
                InstantSource.system(),
                new SecureRandom(),
                ControlLimits.DEFAULT,
                (_, _) -> Optional.empty(),
                UrlAddress.AWS,
                ProvisionedEnvironments.NONE,
                ObjectStore.NONE,
                SourceProbe.NONE,
                new PackageThreads(1, Thread.ofPlatform().daemon().factory()));
        cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT,
                there.functions()::resolve,
                threads,
                System::nanoTime,
                new InvocationMeter() {});
        there.functions().onChange(cache::invalidate);
        urls = UrlIndex.of(there.functions(), threads);
    }

    private Store store(String name) {
        var lock = DataFolderLock.take(folder.resolve(name));
        lock.close();
        return Store.open(
                lock,
                new StorePlace(
                        Optional.of(url),
                        Optional.empty(),
                        new SecureRandom(),
                        () -> {},
                        Optional.of(new StoreMember(name, "s3://same", () -> ""))));
    }

    @AfterEach
    void close() {
        control.close();
        cache.close();
        here.close();
        there.close();
        threads.close();
    }

    @Test
    void areSeenAQuarterOfASecondLater() throws IOException {
        assertThat(found()).isInstanceOf(Lookup.Missing.class);
        ask(
                ApiOperation.CREATE_FUNCTION,
                CreateFunctionRequest.builder()
                        .functionName("greet")
                        .runtime("python3.12")
                        .handler("app.handler")
                        .role("arn:aws:iam::123456789012:role/any")
                        .code(FunctionCode.builder().zipFile(zip()).build())
                        .build(),
                () -> found() instanceof Lookup.Found);
        await(() -> here.functions().functionsInTransition().isEmpty());

        for (int i = 0; i < 5; i++) {
            int memory = 200 + i;
            ask(
                    ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                    UpdateFunctionConfigurationRequest.builder()
                            .functionName("greet")
                            .memorySize(memory)
                            .build(),
                    () -> true);
            await(() -> here.functions().functionsInTransition().isEmpty());
            // Here it is Successful.
            await(() -> memory(found()) == memory);

            var statement = "s" + i;
            ask(
                    ApiOperation.ADD_PERMISSION,
                    AddPermissionRequest.builder()
                            .functionName("greet")
                            .statementId(statement)
                            .action("lambda:InvokeFunction")
                            .principal("44445555666" + i)
                            .build(),
                    () -> found() instanceof Lookup.Found known
                            && known.routing().policies().toString().contains(statement));
        }
        var made = (CreateFunctionUrlConfigResponse) control.handle(
                ApiOperation.CREATE_FUNCTION_URL_CONFIG,
                CALLER,
                CreateFunctionUrlConfigRequest.builder()
                        .functionName("greet")
                        .authType("NONE")
                        .build());
        var id = String.valueOf(made.functionUrl()).replaceAll("https://([^.]*)\\..*", "$1");
        delays.add(await(() -> urls.find(id).isPresent()));
        ask(
                ApiOperation.DELETE_FUNCTION_URL_CONFIG,
                DeleteFunctionUrlConfigRequest.builder().functionName("greet").build(),
                () -> urls.wasDeleted(id));
        ask(
                ApiOperation.DELETE_FUNCTION,
                DeleteFunctionRequest.builder().functionName("greet").build(),
                () -> found() instanceof Lookup.Missing);

        // The half of them, so that a machine at its limits fails nothing.
        delays.sort(null);
        assertThat(delays.get(delays.size() / 2)).isLessThan(Duration.ofMillis(250));
    }

    /// Asks here, and waits until it is seen there.
    private void ask(ApiOperation operation, ApiShape request, BooleanSupplier seenThere) {
        control.handle(operation, CALLER, request);
        delays.add(await(seenThere));
    }

    private static Duration await(BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - begun)
                    .isLessThan(Duration.ofSeconds(20).toNanos());
            LockSupport.parkNanos(2_000_000);
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private Lookup found() {
        var found = new CompletableFuture<Lookup>();
        cache.find(GREET, "$LATEST", found::complete);
        return found.join();
    }

    private static long memory(Lookup lookup) {
        return lookup instanceof Lookup.Found known
                ? known.routing().version().memory().count() >> 20
                : 0;
    }

    private static byte[] zip() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("app.py"));
            zip.write(1);
        }
        return bytes.toByteArray();
    }
}
