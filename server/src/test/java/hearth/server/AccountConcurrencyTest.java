package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionRecord;
import hearth.cluster.Setting;
import hearth.cluster.Store;
import hearth.cluster.VersionRecord;
import hearth.invoke.counting.Admission;
import hearth.invoke.counting.CountingService;
import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Region;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.EphemeralStorage;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.LoggingConfig;
import hearth.model.api.ProvisionedConcurrencyConfigListItem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An account that may run two invocations at once.
class AccountConcurrencyTest {
    private static final FunctionId GREET =
            new FunctionId(new AccountId("123456789012"), new Region("eu-north-1"), "greet");

    @TempDir
    private Path data;

    private Store store;
    private CountingService counting;
    private Map<String, FunctionVersion> versions;

    @BeforeEach
    void open() {
        store = Store.open(data);
        edit(function -> {
            function.create(FunctionRecord.created(GREET, version(FunctionId.LATEST), Map.of()));
            function.put(version("1"));
            function.put(version("2"));
            function.put(alias("1"));
        });
        versions = Stream.of(FunctionId.LATEST, "1", "2")
                .collect(Collectors.toMap(version -> version, version -> store.functions()
                        .resolve(GREET, version)
                        .orElseThrow()
                        .version()));
        begin();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsProvisionedForAnAliasIsForTheVersionThatItPointsTo() {
        edit(function -> function.put(Setting.PROVISIONED_CONCURRENCY, "live", provisioned(2)));

        assertThat(isAdmitted("2")).isFalse();
        assertThat(isAdmitted("1")).isTrue();
    }

    @Test
    void anAliasThatPointsElsewhereTakesWhatIsProvisionedWithIt() {
        edit(function -> function.put(Setting.PROVISIONED_CONCURRENCY, "live", provisioned(2)));

        edit(function -> function.put(alias("2")));

        assertThat(isAdmitted("1")).isFalse();
        assertThat(isAdmitted("2")).isTrue();
    }

    @Test
    void whatIsProvisionedIsOfTheReservation() {
        edit(function -> {
            function.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 1);
            function.put(Setting.PROVISIONED_CONCURRENCY, "1", provisioned(1));
        });

        assertThat(isAdmitted(FunctionId.LATEST)).isFalse();
        assertThat(isAdmitted("1")).isTrue();
    }

    @Test
    void knowsAtTheStartWhatIsSet() {
        edit(function -> {
            function.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 1);
            function.put(Setting.PROVISIONED_CONCURRENCY, "live", provisioned(1));
        });

        begin();

        assertThat(isAdmitted("2")).isFalse();
        assertThat(isAdmitted("1")).isTrue();
    }

    @Test
    void whatIsTakenAwayIsEveryonesAgain() {
        edit(function -> function.put(Setting.PROVISIONED_CONCURRENCY, "live", provisioned(2)));

        edit(FunctionEdit::delete);

        assertThat(isAdmitted("2")).isTrue();
    }

    private void begin() {
        counting = new CountingService(2);
        new AccountConcurrency(store.functions(), counting).begin();
    }

    private boolean isAdmitted(String version) {
        return counting.admit(Objects.requireNonNull(versions.get(version))) instanceof Admission.Admitted;
    }

    private void edit(Consumer<FunctionEdit> change) {
        store.functions().edit(GREET, function -> {
            change.accept(function);
            return true;
        });
    }

    private static ProvisionedConcurrencyConfigListItem provisioned(int environments) {
        return ProvisionedConcurrencyConfigListItem.builder()
                .requestedProvisionedConcurrentExecutions(environments)
                .build();
    }

    private static AliasConfiguration alias(String version) {
        return AliasConfiguration.builder()
                .name("live")
                .functionVersion(version)
                .build();
    }

    private static VersionRecord version(String version) {
        var configuration = FunctionConfiguration.builder()
                .functionName(GREET.name())
                .version(version)
                .runtime("python3.12")
                .handler("app.handler")
                .role("arn:aws:iam::123456789012:role/any")
                .memorySize(128)
                .timeout(3)
                .ephemeralStorage(EphemeralStorage.builder().size(512).build())
                .loggingConfig(LoggingConfig.builder().logFormat("Text").build())
                .architectures(List.of("x86_64"))
                .codeSize(1L)
                .revisionId("00000000-0000-4000-8000-000000000000")
                .state("Active")
                .build();
        return new VersionRecord(
                configuration,
                new CodeDigest("00".repeat(32)),
                1,
                FunctionCodeLocation.builder().repositoryType("S3").build(),
                List.of());
    }
}
