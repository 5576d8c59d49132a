package hearth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.operation.ControlLimits;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.api.AddPermissionRequest;
import hearth.model.api.AddPermissionResponse;
import hearth.model.api.ApiOperation;
import hearth.model.api.Concurrency;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.Environment;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetAccountSettingsRequest;
import hearth.model.api.GetAccountSettingsResponse;
import hearth.model.api.PutFunctionConcurrencyRequest;
import hearth.model.code.PackageLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Limits other than AWS's: each is kept to, and named in the refusal.
class ConfiguredLimitsTest {
    private static final ControlLimits LIMITS = new ControlLimits(
            7,
            Bytes.mebibytes(1),
            PackageLimits.DIRECT_UPLOAD.withZipped(new Bytes(100_000)).withUnzipped(new Bytes(200_000)),
            new Bytes(8_192),
            Bytes.mebibytes(20_000),
            Duration.ofHours(1),
            1,
            new Bytes(300));

    private final Desk desk;

    ConfiguredLimitsTest(@TempDir Path folder) {
        desk = new Desk(folder, LIMITS);
    }

    @BeforeEach
    void oneFunction() {
        desk.createActive("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void boundTheTimeout() {
        assertThat(create("long", Desk.creation("long").timeout(3_600)).timeout())
                .isEqualTo(3_600);
        refuses(
                "1 validation error detected: Value '3601' at 'timeout' failed to satisfy constraint: Member must have"
                        + " value less than or equal to 3600",
                Desk.creation("longer").timeout(3_601));
    }

    @Test
    void boundTheTimeoutAsAwsDoesUnlessSaidOtherwise(@TempDir Path folder) {
        try (var other = new Desk(folder)) {
            assertThatThrownBy(() -> other.ask(
                            ApiOperation.CREATE_FUNCTION,
                            Desk.creation("long").timeout(901).build()))
                    .hasMessage("1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint:"
                            + " Member must have value less than or equal to 900");
        }
    }

    @Test
    void boundTheMemory() {
        assertThat(create("big", Desk.creation("big").memorySize(20_000)).memorySize())
                .isEqualTo(20_000);
        refuses(
                "1 validation error detected: Value '20001' at 'memorySize' failed to satisfy constraint: Member must"
                        + " have value less than or equal to 20000",
                Desk.creation("bigger").memorySize(20_001));
    }

    @Test
    void boundTheEnvironment() {
        create("roomy", withVariable("roomy", 8_000));
        assertThatThrownBy(() -> create("full", withVariable("full", 9_000)))
                .hasMessageContaining("exceeded the 8KB limit. String measured: ");
    }

    @Test
    void boundTheLayers() {
        var layer = "arn:aws:lambda:eu-north-1:123456789012:layer:tools:";
        refuses("Cannot reference more than 1 layers.", Desk.creation("layered").layers(List.of(layer + 1, layer + 2)));
    }

    @Test
    void boundPolicies() {
        permit("one");
        assertThatThrownBy(() -> permit("two"))
                .isInstanceOf(ApiException.class)
                .hasMessageMatching("The final policy size \\(\\d+\\) is bigger than the limit \\(300\\)\\.");
    }

    /// Recorded in accounts that may run 10 and 50 at once.
    @Test
    void leaveNothingToReserveInASmallAccount() {
        assertThatThrownBy(() -> reserve(1))
                .isInstanceOf(ApiException.class)
                .hasMessage("Specified ReservedConcurrentExecutions for function decreases account's"
                        + " UnreservedConcurrentExecution below its minimum value of [7].");
        assertThatThrownBy(() -> reserve(8)).isInstanceOf(ApiException.class);
        reserve(0);
    }

    private void reserve(int reserved) {
        desk.ask(
                ApiOperation.PUT_FUNCTION_CONCURRENCY,
                PutFunctionConcurrencyRequest.builder()
                        .functionName("greet")
                        .reservedConcurrentExecutions(reserved)
                        .build(),
                Concurrency.class);
    }

    @Test
    void areToldToWhoAsks() {
        var told = Objects.requireNonNull(desk.ask(
                        ApiOperation.GET_ACCOUNT_SETTINGS,
                        GetAccountSettingsRequest.builder().build(),
                        GetAccountSettingsResponse.class)
                .accountLimit());

        assertThat(told.concurrentExecutions()).isEqualTo(7);
        assertThat(told.totalCodeSize()).isEqualTo(1 << 20);
        assertThat(told.codeSizeZipped()).isEqualTo(100_000);
        assertThat(told.codeSizeUnzipped()).isEqualTo(200_000);
    }

    private static CreateFunctionRequest.Builder withVariable(String name, int length) {
        return Desk.creation(name)
                .environment(Environment.builder()
                        .variables(Map.of("LONG", "x".repeat(length)))
                        .build());
    }

    private FunctionConfiguration create(String name, CreateFunctionRequest.Builder request) {
        desk.ask(ApiOperation.CREATE_FUNCTION, request.build());
        return desk.settled(name);
    }

    private void permit(String statement) {
        desk.ask(
                ApiOperation.ADD_PERMISSION,
                AddPermissionRequest.builder()
                        .functionName("greet")
                        .statementId(statement)
                        .action("lambda:InvokeFunction")
                        .principal("s3.amazonaws.com")
                        .build(),
                AddPermissionResponse.class);
    }

    private void refuses(String message, CreateFunctionRequest.Builder request) {
        assertThatThrownBy(() -> desk.ask(ApiOperation.CREATE_FUNCTION, request.build()))
                .isInstanceOf(ApiException.class)
                .hasMessage(message);
    }
}
