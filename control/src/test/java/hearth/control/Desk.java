package hearth.control;

import hearth.cluster.Store;
import hearth.control.code.ObjectStore;
import hearth.control.mappings.SourceProbe;
import hearth.control.operation.Caller;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.ProvisionedEnvironments;
import hearth.control.urls.UrlAddress;
import hearth.model.AccountId;
import hearth.model.Region;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetFunctionConfigurationRequest;
import hearth.model.api.PublishVersionRequest;
import hearth.model.code.PackageThreads;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A control plane with a store of its own, and short words for what tests ask of it.
public final class Desk implements AutoCloseable {
    public static final Caller CALLER =
            new Caller(new AccountId("123456789012"), new Region("eu-north-1"), "http://code.test");
    public static final String ARN = "arn:aws:lambda:eu-north-1:123456789012:function:";
    public static final Instant NOW = Instant.parse("2026-02-03T04:05:06.789Z");

    public final Store store;
    public final ControlPlane control;

    /// What the data plane says.
    public ProvisionedEnvironments environments = ProvisionedEnvironments.NONE;

    /// What the sources of new mappings say.
    public SourceProbe sources = SourceProbe.NONE;

    /// Where function URLs answer.
    public UrlAddress addresses = UrlAddress.AWS;

    /// Run, once, when an operation has checked its request and makes the revision id of what it will write.
    public final AtomicReference<@Nullable Runnable> beforeWriting = new AtomicReference<>();

    public Desk(Path data) {
        this(data, ControlLimits.DEFAULT);
    }

    public Desk(Path data, ControlLimits limits) {
        this(data, limits, ObjectStore.NONE);
    }

    public Desk(Path data, ControlLimits limits, ObjectStore objects) {
        this(Store.open(data), limits, objects);
    }

    public Desk(Store store, ControlLimits limits) {
        this(store, limits, ObjectStore.NONE);
    }

    private Desk(Store store, ControlLimits limits, ObjectStore objects) {
        this.store = store;
        control = new ControlPlane(
                store,
                () -> NOW,
                new Interruptible(),
                limits,
                (caller, code) -> Optional.of(caller.endpoint() + "/" + code.hex()),
                (caller, id, region) -> addresses.of(caller, id, region),
                (function, version) -> environments.of(function, version),
                objects,
                (mapping, timeout) -> sources.refusal(mapping, timeout),
                new PackageThreads(1, Thread.ofPlatform().daemon().factory()));
    }

    public <S> S ask(ApiOperation operation, ApiShape request, Class<S> response) {
        return response.cast(control.handle(operation, CALLER, request));
    }

    public FunctionConfiguration ask(ApiOperation operation, ApiShape request) {
        return ask(operation, request, FunctionConfiguration.class);
    }

    public static CreateFunctionRequest.Builder creation(String name) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime("python3.12")
                .handler("app.handler")
                .role("arn:aws:iam::123456789012:role/any")
                .code(FunctionCode.builder().zipFile(Zips.of("one")).build());
    }

    public FunctionConfiguration create(String name) {
        return ask(ApiOperation.CREATE_FUNCTION, creation(name).build());
    }

    /// A function at rest.
    public FunctionConfiguration createActive(String name) {
        create(name);
        return settled(name);
    }

    public FunctionConfiguration get(String name) {
        return ask(
                ApiOperation.GET_FUNCTION_CONFIGURATION,
                GetFunctionConfigurationRequest.builder().functionName(name).build());
    }

    public FunctionConfiguration publish(String name) {
        return ask(
                ApiOperation.PUBLISH_VERSION,
                PublishVersionRequest.builder().functionName(name).build());
    }

    /// Waits for what is under way.
    public FunctionConfiguration settled(String name) {
        Await.until(() -> {
            var now = get(name);
            return "Active".equals(now.state()) && !"InProgress".equals(now.lastUpdateStatus());
        });
        return get(name);
    }

    private final class Interruptible implements RandomGenerator {
        private final SecureRandom random = new SecureRandom();

        @Override
        public long nextLong() {
            var interruption = beforeWriting.getAndSet(null);
            if (interruption != null) {
                interruption.run();
            }
            return random.nextLong();
        }
    }

    @Override
    public void close() {
        control.close();
        store.close();
    }
}
