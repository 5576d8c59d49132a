package hearth.control.aliases;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.AliasRoutingConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.GetAliasRequest;
import hearth.model.api.GetFunctionConfigurationRequest;
import hearth.model.api.ListAliasesRequest;
import hearth.model.api.ListAliasesResponse;
import hearth.model.api.NoContent;
import hearth.model.api.UpdateAliasRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AliasesTest {
    @TempDir
    private Path data;

    private Desk desk;

    /// A function with versions 1 and 2.
    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("greet");
        desk.publish("greet");
        configure(UpdateFunctionConfigurationRequest.builder().description("second"));
        desk.publish("greet");
        desk.settled("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private void configure(UpdateFunctionConfigurationRequest.Builder change) {
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                change.functionName("greet").build());
        desk.settled("greet");
    }

    @Test
    void pointsToAVersion() {
        var created = create(creation("live", "1").description("what callers use"));

        assertThat(created.aliasArn()).isEqualTo(Desk.ARN + "greet:live");
        assertThat(created.name()).isEqualTo("live");
        assertThat(created.functionVersion()).isEqualTo("1");
        assertThat(created.description()).isEqualTo("what callers use");
        assertThat(created.routingConfig()).isNull();
        assertThat(created.revisionId()).isNotEmpty();
        assertThat(get("live")).isEqualTo(created);
    }

    @Test
    void leavesTheFunctionsRevisionAlone() {
        var before = desk.get("greet").revisionId();

        create(creation("live", "1"));

        assertThat(desk.get("greet").revisionId()).isEqualTo(before);
    }

    @Test
    void namesAVersionWhereverAQualifierMay() {
        create(creation("live", "1"));

        var byName = desk.get("greet:live");
        var byQualifier = desk.ask(
                ApiOperation.GET_FUNCTION_CONFIGURATION,
                GetFunctionConfigurationRequest.builder()
                        .functionName("greet")
                        .qualifier("live")
                        .build());

        assertThat(byName.version()).isEqualTo("1");
        assertThat(byName.functionArn()).isEqualTo(Desk.ARN + "greet:live");
        assertThat(byQualifier).isEqualTo(byName);
    }

    @Test
    void mayPointToLatest() {
        create(creation("head", "$LATEST"));

        assertThat(desk.get("greet:head").version()).isEqualTo("$LATEST");
    }

    @Test
    void sharesInvocationsBetweenTwoVersions() {
        var created = create(creation("live", "1").routingConfig(weights(Map.of("2", 0.25))));

        assertThat(created.routingConfig()).isEqualTo(weights(Map.of("2", 0.25)));
    }

    @Test
    void clearsTheRoutingWithAnEmptyOne() {
        create(creation("live", "1").routingConfig(weights(Map.of("2", 0.25))));

        var updated = update(change("live").routingConfig(weights(Map.of())));

        assertThat(updated.routingConfig()).isNull();
        assertThat(create(creation("other", "1")
                                .routingConfig(
                                        AliasRoutingConfiguration.builder().build()))
                        .routingConfig())
                .isNull();
    }

    @Test
    void hasANewRevisionAfterEachUpdateEvenOfNothing() {
        var created = create(creation("live", "1"));

        var updated = update(change("live"));

        assertThat(updated.revisionId()).isNotEqualTo(created.revisionId());
        assertThat(updated.toBuilder().revisionId(created.revisionId()).build()).isEqualTo(created);
    }

    @Test
    void keepsWhatAnUpdateDoesNotBring() {
        create(creation("live", "1").description("kept").routingConfig(weights(Map.of("2", 0.5))));

        var updated = update(change("live").description("changed"));

        assertThat(updated.functionVersion()).isEqualTo("1");
        assertThat(updated.routingConfig()).isEqualTo(weights(Map.of("2", 0.5)));
        assertThat(updated.description()).isEqualTo("changed");
    }

    @Test
    void updatesOnlyTheRevisionThatTheCallerKnows() {
        var created = create(creation("live", "1"));
        update(change("live").revisionId(created.revisionId()).functionVersion("2"));

        refused(
                () -> update(change("live").revisionId(created.revisionId()).functionVersion("1")),
                ApiError.PRECONDITION_FAILED,
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to"
                        + " retrieve the latest Revision Id");
        assertThat(get("live").functionVersion()).isEqualTo("2");
    }

    @Test
    void refusesWhatAnAliasCannotPointTo() {
        refused(
                () -> create(creation("live", "7")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "greet:7");
        refused(
                () -> create(creation("live", "1").functionName("none")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "none:1");
        refused(
                () -> create(creation("live", "1").routingConfig(weights(Map.of("7", 0.5)))),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "greet:7");
        refused(
                () -> create(creation("live", "1").routingConfig(weights(Map.of("1", 0.5)))),
                ApiError.INVALID_PARAMETER_VALUE,
                "Invalid function version 1. Function version 1 is already included in routing configuration.");
        refused(
                () -> create(creation("live", "1").routingConfig(weights(Map.of("1", 0.5, "2", 0.1)))),
                ApiError.INVALID_PARAMETER_VALUE,
                "Number of items in AdditionalVersionWeights cannot be greater than 1");
        var latest = refused(
                () -> create(creation("live", "$LATEST").routingConfig(weights(Map.of("1", 0.5)))),
                ApiError.INVALID_PARAMETER_VALUE,
                "$LATEST is not supported for an alias pointing to more than 1 version");
        assertThat(latest.typed()).isFalse();
        assertThat(names(list(ListAliasesRequest.builder()))).isEmpty();
    }

    @Test
    void refusesVersionsOfDifferentRolesInOneAlias() {
        configure(UpdateFunctionConfigurationRequest.builder().role("arn:aws:iam::123456789012:role/other"));
        desk.publish("greet");

        refused(
                () -> create(creation("live", "1").routingConfig(weights(Map.of("3", 0.5)))),
                ApiError.INVALID_PARAMETER_VALUE,
                "Versions 1 and 3 cannot be in one alias: they differ in Role or DeadLetterConfig.");
    }

    @Test
    void refusesAnAliasThatIsThereAlready() {
        create(creation("live", "1"));

        refused(
                () -> create(creation("live", "2")),
                ApiError.RESOURCE_CONFLICT,
                "Alias already exists: " + Desk.ARN + "greet:live");
    }

    @Test
    void tellsOfAliasesThatAreNotThere() {
        refused(() -> get("none"), ApiError.RESOURCE_NOT_FOUND, "Cannot find alias arn: " + Desk.ARN + "greet:none");
        refused(
                () -> update(change("none").description("x")),
                ApiError.RESOURCE_NOT_FOUND,
                "Alias not found: " + Desk.ARN + "greet:none");
        refused(
                () -> desk.get("greet:none"),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "greet:none");
        delete("none");
    }

    @Test
    void isGoneAfterItsDeletion() {
        create(creation("live", "1"));

        delete("live");

        refused(() -> get("live"), ApiError.RESOURCE_NOT_FOUND, "Cannot find alias arn: " + Desk.ARN + "greet:live");
        create(creation("live", "2"));
    }

    @Test
    void keepsItsVersionsFromBeingDeleted() {
        create(creation("live", "1").routingConfig(weights(Map.of("2", 0.5))));
        for (var version : List.of("1", "2")) {
            var refusal = catchThrowableOfType(ApiException.class, () -> deleteFunction(version));
            assertThat(refusal.error()).isEqualTo(ApiError.RESOURCE_CONFLICT);
            assertThat(refusal).hasMessageContaining(version).hasMessageContaining("live");
        }

        delete("live");
        deleteFunction("1");

        refused(() -> desk.get("greet:1"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "greet:1");
    }

    @Test
    void goesWithItsFunction() {
        create(creation("live", "1"));
        deleteFunction(null);
        desk.createActive("greet");

        assertThat(names(list(ListAliasesRequest.builder()))).isEmpty();
    }

    @Test
    void listsByNameInPages() {
        IntStream.range(0, 60).forEach(i -> create(creation("a%02d".formatted(i), "1")));
        create(creation("b", "2"));

        var all = new ArrayList<String>();
        @Nullable String marker = null;
        do {
            var page = list(ListAliasesRequest.builder().marker(marker).maxItems(25));
            all.addAll(names(page));
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(all).hasSize(61).isSorted();
        assertThat(names(list(ListAliasesRequest.builder()))).hasSize(50);
        assertThat(names(list(ListAliasesRequest.builder().functionVersion("2"))))
                .containsExactly("b");
        refused(
                () -> list(ListAliasesRequest.builder().functionName("none")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "none");
    }

    private AliasConfiguration create(CreateAliasRequest.Builder request) {
        return desk.ask(ApiOperation.CREATE_ALIAS, request.build(), AliasConfiguration.class);
    }

    private AliasConfiguration update(UpdateAliasRequest.Builder request) {
        return desk.ask(ApiOperation.UPDATE_ALIAS, request.build(), AliasConfiguration.class);
    }

    private AliasConfiguration get(String name) {
        return desk.ask(
                ApiOperation.GET_ALIAS,
                GetAliasRequest.builder().functionName("greet").name(name).build(),
                AliasConfiguration.class);
    }

    private void delete(String name) {
        desk.ask(
                ApiOperation.DELETE_ALIAS,
                DeleteAliasRequest.builder().functionName("greet").name(name).build(),
                NoContent.class);
    }

    private void deleteFunction(@Nullable String qualifier) {
        desk.control.handle(
                ApiOperation.DELETE_FUNCTION,
                Desk.CALLER,
                DeleteFunctionRequest.builder()
                        .functionName("greet")
                        .qualifier(qualifier)
                        .build());
    }

    private ListAliasesResponse list(ListAliasesRequest.Builder request) {
        var built = request.build();
        return desk.ask(
                ApiOperation.LIST_ALIASES,
                built.functionName() == null
                        ? built.toBuilder().functionName("greet").build()
                        : built,
                ListAliasesResponse.class);
    }

    private static List<String> names(ListAliasesResponse page) {
        return Objects.requireNonNull(page.aliases()).stream()
                .map(AliasConfiguration::name)
                .toList();
    }

    private static CreateAliasRequest.Builder creation(String name, String version) {
        return CreateAliasRequest.builder().functionName("greet").name(name).functionVersion(version);
    }

    private static UpdateAliasRequest.Builder change(String name) {
        return UpdateAliasRequest.builder().functionName("greet").name(name);
    }

    private static AliasRoutingConfiguration weights(Map<String, Double> weights) {
        return AliasRoutingConfiguration.builder()
                .additionalVersionWeights(weights)
                .build();
    }
}
