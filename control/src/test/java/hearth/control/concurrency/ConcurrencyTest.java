package hearth.control.concurrency;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.Desk;
import hearth.control.operation.ProvisionedEnvironments.Progress;
import hearth.model.ApiError;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.AliasRoutingConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.Concurrency;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.DeleteFunctionConcurrencyRequest;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteProvisionedConcurrencyConfigRequest;
import hearth.model.api.GetAccountSettingsRequest;
import hearth.model.api.GetAccountSettingsResponse;
import hearth.model.api.GetFunctionConcurrencyRequest;
import hearth.model.api.GetFunctionConcurrencyResponse;
import hearth.model.api.GetFunctionRequest;
import hearth.model.api.GetFunctionResponse;
import hearth.model.api.GetProvisionedConcurrencyConfigRequest;
import hearth.model.api.GetProvisionedConcurrencyConfigResponse;
import hearth.model.api.ListProvisionedConcurrencyConfigsRequest;
import hearth.model.api.ListProvisionedConcurrencyConfigsResponse;
import hearth.model.api.NoContent;
import hearth.model.api.ProvisionedConcurrencyConfigListItem;
import hearth.model.api.PutFunctionConcurrencyRequest;
import hearth.model.api.PutProvisionedConcurrencyConfigRequest;
import hearth.model.api.PutProvisionedConcurrencyConfigResponse;
import hearth.model.api.UpdateAliasRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyTest {
    private static final String BELOW_MINIMUM =
            "decreases account's UnreservedConcurrentExecution below its minimum value of [100].";

    @TempDir
    private Path data;

    private Desk desk;

    /// A function with versions 1 and 2, and an alias to version 2.
    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("greet");
        desk.publish("greet");
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                UpdateFunctionConfigurationRequest.builder()
                        .functionName("greet")
                        .description("second")
                        .build());
        desk.settled("greet");
        desk.publish("greet");
        alias("live", "2");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    // Reserved

    @Test
    void reservesConcurrencyForAFunction() {
        assertThat(reserved("greet")).isNull();

        assertThat(reserve("greet", 50).reservedConcurrentExecutions()).isEqualTo(50);

        assertThat(reserved("greet")).isEqualTo(50);
        assertThat(concurrencyOfFunction()).isEqualTo(50);
        assertThat(unreserved()).isEqualTo(950);
        reserve("greet", 0);
        assertThat(reserved("greet")).isZero();
    }

    @Test
    void leavesAHundredToTheOthers() {
        desk.createActive("other");
        reserve("greet", 500);
        assertThat(reserve("other", 400).reservedConcurrentExecutions()).isEqualTo(400);

        var refusal = refused(
                () -> reserve("other", 401),
                ApiError.INVALID_PARAMETER_VALUE,
                "Specified ReservedConcurrentExecutions for function " + BELOW_MINIMUM);

        assertThat(refusal.typed()).isFalse();
        assertThat(reserved("other")).isEqualTo(400);
        reserve("greet", 100);
        reserve("other", 800);
    }

    @Test
    void givesAReservationUp() {
        reserve("greet", 900);

        unreserve("greet");
        unreserve("greet");

        assertThat(reserved("greet")).isNull();
        assertThat(concurrencyOfFunction()).isNull();
        assertThat(unreserved()).isEqualTo(1000);
    }

    @Test
    void givesAReservationUpWithItsFunction() {
        reserve("greet", 900);

        desk.control.handle(
                ApiOperation.DELETE_FUNCTION,
                Desk.CALLER,
                DeleteFunctionRequest.builder().functionName("greet").build());

        assertThat(unreserved()).isEqualTo(1000);
    }

    @Test
    void reservesForWholeFunctionsOnly() {
        var whole = "This operation is permitted on Lambda functions only. Aliases and versions do not support this"
                + " operation. Please specify either a function name or an unqualified function ARN.";
        refused(() -> reserve("greet:1", 5), ApiError.INVALID_PARAMETER_VALUE, whole);
        refused(() -> reserve("greet:live", 5), ApiError.INVALID_PARAMETER_VALUE, whole);
        refused(() -> reserved("greet:1"), ApiError.INVALID_PARAMETER_VALUE, whole);
    }

    @Test
    void tellsOfFunctionsThatAreNotThere() {
        refused(
                () -> reserve("none", 5),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "none:$LATEST");
        refused(() -> reserved("none"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "none");
        refused(() -> unreserve("none"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "none");
    }

    // Provisioned

    @Test
    void provisionsAVersionAndTellsHowFarThatIs() {
        var put = provision("1", 3);
        assertThat(put.requestedProvisionedConcurrentExecutions()).isEqualTo(3);
        assertThat(put.availableProvisionedConcurrentExecutions()).isZero();
        assertThat(put.allocatedProvisionedConcurrentExecutions()).isZero();
        assertThat(put.status()).isEqualTo("IN_PROGRESS");
        assertThat(put.lastModified()).isEqualTo("2026-02-03T04:05:06.789+0000");
        assertThat(provisioned("1").status()).isEqualTo("IN_PROGRESS");

        desk.environments = (_, version) -> new Progress(version.equals("1") ? 2 : 0, Optional.empty());
        assertThat(provisioned("1").availableProvisionedConcurrentExecutions()).isEqualTo(2);
        assertThat(provisioned("1").status()).isEqualTo("IN_PROGRESS");

        desk.environments = (_, _) -> new Progress(3, Optional.empty());
        var ready = provisioned("1");
        assertThat(ready.status()).isEqualTo("READY");
        assertThat(ready.allocatedProvisionedConcurrentExecutions()).isEqualTo(3);
        assertThat(ready.lastModified()).isEqualTo(put.lastModified());
        assertThat(ready.statusReason()).isNull();
    }

    @Test
    void tellsThatTheFunctionFailsItsInitialisation() {
        provision("1", 1);

        desk.environments = (_, _) -> new Progress(0, Optional.of("FUNCTION_ERROR_INIT_FAILURE"));

        assertThat(provisioned("1").status()).isEqualTo("FAILED");
        assertThat(provisioned("1").statusReason()).isEqualTo("FUNCTION_ERROR_INIT_FAILURE");
    }

    @Test
    void provisionsWhatAnAliasPointsTo() {
        provision("live", 2);

        desk.environments = (_, version) -> new Progress(version.equals("2") ? 2 : 0, Optional.empty());

        assertThat(provisioned("live").status()).isEqualTo("READY");
    }

    @Test
    void provisionsAVersionOnce() {
        provision("live", 2);
        refused(
                () -> provision("2", 2),
                ApiError.RESOURCE_CONFLICT,
                "Version is pointed by a Provisioned Concurrency alias");
        deleteProvisioned("live");
        provision("2", 2);
        refused(
                () -> provision("live", 2),
                ApiError.RESOURCE_CONFLICT,
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
        provision("2", 5);
        assertThat(provisioned("2").requestedProvisionedConcurrentExecutions()).isEqualTo(5);
    }

    @Test
    void provisionsWhatIsPublishedOnly() {
        alias("head", "$LATEST");
        var unpublished = "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";
        refused(() -> provision("$LATEST", 1), ApiError.INVALID_PARAMETER_VALUE, unpublished);
        refused(() -> provision("head", 1), ApiError.INVALID_PARAMETER_VALUE, unpublished);
        refused(
                () -> provisioned("$LATEST"),
                ApiError.INVALID_PARAMETER_VALUE,
                "The function resource provided must be an alias or a published version.");
    }

    @Test
    void keepsAnAliasThatIsProvisionedToTheSameRules() {
        provision("live", 2);
        refused(
                () -> point("live", "$LATEST"),
                ApiError.INVALID_PARAMETER_VALUE,
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
        provision("1", 1);
        refused(
                () -> point("live", "1"),
                ApiError.RESOURCE_CONFLICT,
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
        deleteProvisioned("1");
        point("live", "1");
    }

    @Test
    void provisionsNoAliasWithWeights() {
        weigh("live", Map.of("1", 0.5));
        refused(
                () -> provision("live", 1),
                ApiError.INVALID_PARAMETER_VALUE,
                "Alias with weights can not be used with Provisioned Concurrency");
        weigh("live", Map.of());
        provision("live", 1);

        weigh("live", Map.of("1", 0.5));
        assertThat(provisioned("live").requestedProvisionedConcurrentExecutions())
                .isEqualTo(1);
    }

    private void weigh(String alias, Map<String, Double> weights) {
        desk.ask(
                ApiOperation.UPDATE_ALIAS,
                UpdateAliasRequest.builder()
                        .functionName("greet")
                        .name(alias)
                        .routingConfig(AliasRoutingConfiguration.builder()
                                .additionalVersionWeights(weights)
                                .build())
                        .build(),
                AliasConfiguration.class);
    }

    private void point(String alias, String version) {
        desk.ask(
                ApiOperation.UPDATE_ALIAS,
                UpdateAliasRequest.builder()
                        .functionName("greet")
                        .name(alias)
                        .functionVersion(version)
                        .build(),
                AliasConfiguration.class);
    }

    @Test
    void tellsOfWhatIsNotThere() {
        refused(() -> provision("7", 1), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "greet:7");
        refused(
                () -> provision("none", 1),
                ApiError.RESOURCE_NOT_FOUND,
                "Cannot find alias arn: " + Desk.ARN + "greet:none");
        refused(
                () -> provisioned("live"),
                ApiError.PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND,
                "No Provisioned Concurrency Config found for this function");
        deleteProvisioned("live");
    }

    @Test
    void provisionsNoMoreThanIsReserved() {
        reserve("greet", 10);
        provision("1", 4);
        refused(
                () -> provision("live", 7),
                ApiError.INVALID_PARAMETER_VALUE,
                "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function");
        provision("live", 6);

        var refusal = refused(
                () -> reserve("greet", 9),
                ApiError.INVALID_PARAMETER_VALUE,
                " ReservedConcurrentExecutions  9 should not be lower than function's total provisioned concurrency [10].");
        assertThat(refusal.typed()).isFalse();
    }

    @Test
    void provisionsNoMoreThanIsUnreserved() {
        provision("1", 100);
        var tooMany = refused(
                () -> provision("live", 901),
                ApiError.INVALID_PARAMETER_VALUE,
                "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [900].");
        assertThat(tooMany.typed()).isFalse();
        refused(
                () -> provision("live", 801),
                ApiError.INVALID_PARAMETER_VALUE,
                "Specified ConcurrentExecutions for function " + BELOW_MINIMUM);
        provision("live", 800);
    }

    @Test
    void goesWithItsAlias() {
        provision("live", 2);
        desk.ask(
                ApiOperation.DELETE_ALIAS,
                DeleteAliasRequest.builder().functionName("greet").name("live").build(),
                NoContent.class);
        alias("live", "2");

        refused(
                () -> provisioned("live"),
                ApiError.PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND,
                "No Provisioned Concurrency Config found for this function");
    }

    @Test
    void listsByQualifierInPages() {
        provision("1", 1);
        provision("live", 2);

        var first = list("greet", null);
        var second = list("greet", first.nextMarker());

        assertThat(first.provisionedConcurrencyConfigs())
                .extracting(ProvisionedConcurrencyConfigListItem::functionArn)
                .containsExactly(Desk.ARN + "greet:1");
        assertThat(second.provisionedConcurrencyConfigs())
                .extracting(
                        ProvisionedConcurrencyConfigListItem::functionArn,
                        ProvisionedConcurrencyConfigListItem::requestedProvisionedConcurrentExecutions)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(Desk.ARN + "greet:live", 2));
        assertThat(second.nextMarker()).isNull();
        refused(() -> list("none", null), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "none");
    }

    private void alias(String name, String version) {
        desk.ask(
                ApiOperation.CREATE_ALIAS,
                CreateAliasRequest.builder()
                        .functionName("greet")
                        .name(name)
                        .functionVersion(version)
                        .build(),
                AliasConfiguration.class);
    }

    private Concurrency reserve(String function, int concurrency) {
        return desk.ask(
                ApiOperation.PUT_FUNCTION_CONCURRENCY,
                PutFunctionConcurrencyRequest.builder()
                        .functionName(function)
                        .reservedConcurrentExecutions(concurrency)
                        .build(),
                Concurrency.class);
    }

    private void unreserve(String function) {
        desk.ask(
                ApiOperation.DELETE_FUNCTION_CONCURRENCY,
                DeleteFunctionConcurrencyRequest.builder()
                        .functionName(function)
                        .build(),
                NoContent.class);
    }

    private @Nullable Integer reserved(String function) {
        return desk.ask(
                        ApiOperation.GET_FUNCTION_CONCURRENCY,
                        GetFunctionConcurrencyRequest.builder()
                                .functionName(function)
                                .build(),
                        GetFunctionConcurrencyResponse.class)
                .reservedConcurrentExecutions();
    }

    private @Nullable Integer concurrencyOfFunction() {
        var concurrency = desk.ask(
                        ApiOperation.GET_FUNCTION,
                        GetFunctionRequest.builder().functionName("greet").build(),
                        GetFunctionResponse.class)
                .concurrency();
        return concurrency == null ? null : concurrency.reservedConcurrentExecutions();
    }

    private int unreserved() {
        var settings = desk.ask(
                ApiOperation.GET_ACCOUNT_SETTINGS,
                GetAccountSettingsRequest.builder().build(),
                GetAccountSettingsResponse.class);
        return Objects.requireNonNull(
                Objects.requireNonNull(settings.accountLimit()).unreservedConcurrentExecutions());
    }

    private PutProvisionedConcurrencyConfigResponse provision(String qualifier, int concurrency) {
        return desk.ask(
                ApiOperation.PUT_PROVISIONED_CONCURRENCY_CONFIG,
                PutProvisionedConcurrencyConfigRequest.builder()
                        .functionName("greet")
                        .qualifier(qualifier)
                        .provisionedConcurrentExecutions(concurrency)
                        .build(),
                PutProvisionedConcurrencyConfigResponse.class);
    }

    private GetProvisionedConcurrencyConfigResponse provisioned(String qualifier) {
        return desk.ask(
                ApiOperation.GET_PROVISIONED_CONCURRENCY_CONFIG,
                GetProvisionedConcurrencyConfigRequest.builder()
                        .functionName("greet")
                        .qualifier(qualifier)
                        .build(),
                GetProvisionedConcurrencyConfigResponse.class);
    }

    private void deleteProvisioned(String qualifier) {
        desk.ask(
                ApiOperation.DELETE_PROVISIONED_CONCURRENCY_CONFIG,
                DeleteProvisionedConcurrencyConfigRequest.builder()
                        .functionName("greet")
                        .qualifier(qualifier)
                        .build(),
                NoContent.class);
    }

    private ListProvisionedConcurrencyConfigsResponse list(String function, @Nullable String marker) {
        return desk.ask(
                ApiOperation.LIST_PROVISIONED_CONCURRENCY_CONFIGS,
                ListProvisionedConcurrencyConfigsRequest.builder()
                        .functionName(function)
                        .marker(marker)
                        .maxItems(1)
                        .build(),
                ListProvisionedConcurrencyConfigsResponse.class);
    }
}
