package hearth.control.urls;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import hearth.cluster.Qualified;
import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.Cors;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.CreateFunctionUrlConfigRequest;
import hearth.model.api.CreateFunctionUrlConfigResponse;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.DeleteFunctionUrlConfigRequest;
import hearth.model.api.FunctionUrlConfig;
import hearth.model.api.GetFunctionUrlConfigRequest;
import hearth.model.api.GetFunctionUrlConfigResponse;
import hearth.model.api.ListFunctionUrlConfigsRequest;
import hearth.model.api.ListFunctionUrlConfigsResponse;
import hearth.model.api.NoContent;
import hearth.model.api.UpdateFunctionUrlConfigRequest;
import hearth.model.api.UpdateFunctionUrlConfigResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionUrlsTest {
    private static final String GREET = Desk.ARN + "greet";
    private static final String NO_FUNCTION = "Function does not exist";
    private static final String NO_URL = "The resource you requested does not exist.";
    private static final Cors CORS = Cors.builder()
            .allowCredentials(true)
            .allowHeaders(List.of("date", "keep-alive"))
            .allowMethods(List.of("GET", "POST"))
            .allowOrigins(List.of("https://www.example.com"))
            .exposeHeaders(List.of("date"))
            .maxAge(86_400)
            .build();

    @TempDir
    private Path data;

    private Desk desk;

    /// A function with version 1 and the alias `live`.
    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("greet");
        desk.publish("greet");
        desk.settled("greet");
        alias("live");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private void alias(String name) {
        desk.ask(
                ApiOperation.CREATE_ALIAS,
                CreateAliasRequest.builder()
                        .functionName("greet")
                        .name(name)
                        .functionVersion("1")
                        .build(),
                AliasConfiguration.class);
    }

    @Test
    void isMadeWithAnAddressOfItsOwn() {
        var created = create(creation("greet"));

        assertThat(created.functionUrl()).matches("https://[a-z0-9]{32}\\.lambda-url\\.eu-north-1\\.on\\.aws/");
        assertThat(created.toBuilder().functionUrl(null).build())
                .isEqualTo(CreateFunctionUrlConfigResponse.builder()
                        .functionArn(GREET)
                        .authType("NONE")
                        .creationTime("2026-02-03T04:05:06.789Z")
                        .build());
    }

    @Test
    void isShownWhereItAnswersNow() {
        desk.addresses = (caller, id, region) -> caller.endpoint() + "/one/" + id + "/" + region;
        var created = create(creation("greet")).functionUrl();
        assertThat(created).matches("http://code\\.test/one/[a-z0-9]{32}/eu-north-1");
        desk.addresses = (caller, id, region) -> caller.endpoint() + "/two/" + id + "/" + region;

        var then = Objects.requireNonNull(created).replace("/one/", "/two/");
        assertThat(get("greet").functionUrl()).isEqualTo(then);
        assertThat(list(listing("greet")).getFirst().functionUrl()).isEqualTo(then);
        assertThat(update(updating("greet").authType("AWS_IAM")).functionUrl()).isEqualTo(then);
    }

    @Test
    void showsItsInvokeModeWhenAskedForOrRead() {
        create(creation("greet"));

        var read = get("greet");

        assertThat(read.invokeMode()).isEqualTo("BUFFERED");
        assertThat(read.lastModifiedTime()).isEqualTo(read.creationTime()).isEqualTo("2026-02-03T04:05:06.789Z");
        assertThat(create(creation("greet:live").invokeMode("RESPONSE_STREAM")).invokeMode())
                .isEqualTo("RESPONSE_STREAM");
        assertThat(get("greet:live").invokeMode()).isEqualTo("RESPONSE_STREAM");
        assertThat(list(listing("greet")).getFirst().invokeMode()).isEqualTo("BUFFERED");
    }

    @Test
    void isOneForAFunctionAndOneForEachAlias() {
        var own = create(creation("greet"));
        var ofAlias = create(creation("greet").qualifier("live"));

        assertThat(ofAlias.functionArn()).isEqualTo(GREET + ":live");
        assertThat(ofAlias.functionUrl()).isNotEqualTo(own.functionUrl());
        assertThat(get("greet").functionUrl()).isEqualTo(own.functionUrl());
        assertThat(get("greet:live").functionUrl()).isEqualTo(ofAlias.functionUrl());
    }

    @Test
    void keepsItsAddressAndWhatAnUpdateDoesNotBring() {
        var created = create(creation("greet").cors(CORS));

        var updated = update(updating("greet").authType("AWS_IAM"));

        assertThat(updated)
                .isEqualTo(UpdateFunctionUrlConfigResponse.builder()
                        .functionUrl(created.functionUrl())
                        .functionArn(GREET)
                        .authType("AWS_IAM")
                        .cors(CORS)
                        .creationTime(created.creationTime())
                        .lastModifiedTime("2026-02-03T04:05:06.789Z")
                        .build());
        assertThat(update(updating("greet").invokeMode("RESPONSE_STREAM")).authType())
                .isEqualTo("AWS_IAM");
        assertThat(get("greet").invokeMode()).isEqualTo("RESPONSE_STREAM");
    }

    @Test
    void losesItsCorsSettingsByEmptyOnes() {
        create(creation("greet").cors(CORS));
        assertThat(get("greet").cors()).isEqualTo(CORS);

        update(updating("greet").cors(Cors.builder().maxAge(5).build()));
        assertThat(get("greet").cors()).isEqualTo(Cors.builder().maxAge(5).build());
        update(updating("greet").cors(Cors.builder().build()));

        assertThat(get("greet").cors()).isNull();
    }

    @Test
    void hasANewAddressWhenMadeAnew() {
        var first = create(creation("greet"));
        delete("greet");

        refused(() -> get("greet"), ApiError.RESOURCE_NOT_FOUND, NO_URL);
        assertThat(create(creation("greet")).functionUrl()).isNotEqualTo(first.functionUrl());
    }

    @Test
    void goesWithItsAlias() {
        create(creation("greet:live"));
        desk.ask(
                ApiOperation.DELETE_ALIAS,
                DeleteAliasRequest.builder().functionName("greet").name("live").build(),
                NoContent.class);

        refused(() -> get("greet:live"), ApiError.RESOURCE_NOT_FOUND, NO_URL);
        assertThat(list(listing("greet"))).isEmpty();
    }

    @Test
    void refusesASecondOne() {
        create(creation("greet"));
        create(creation("greet:live"));

        for (var name : List.of("greet", "greet:live")) {
            refused(
                    () -> create(creation(name)),
                    ApiError.RESOURCE_CONFLICT,
                    "Failed to create function url config for [functionArn = " + Desk.ARN + name
                            + "]. Error message:  FunctionUrlConfig exists for this Lambda function");
        }
    }

    @Test
    void refusesVersions() {
        for (var qualifier : List.of("$LATEST", "1")) {
            var name = "greet:" + qualifier;
            var message = "1 validation error detected: Value '" + qualifier
                    + "' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern:"
                    + " ((?!^\\d+$)^[0-9a-zA-Z-_]+$)";
            refused(() -> create(creation(name)), ApiError.VALIDATION, message);
            refused(() -> get(name), ApiError.VALIDATION, message);
            refused(() -> update(updating(name)), ApiError.VALIDATION, message);
            refused(() -> delete(name), ApiError.VALIDATION, message);
        }
    }

    @Test
    void refusesWhatIsNotThere() {
        for (var name : List.of("none", "greet:none")) {
            refused(() -> create(creation(name)), ApiError.RESOURCE_NOT_FOUND, NO_FUNCTION);
            refused(() -> update(updating(name)), ApiError.RESOURCE_NOT_FOUND, NO_FUNCTION);
            refused(() -> get(name), ApiError.RESOURCE_NOT_FOUND, NO_URL);
            refused(() -> delete(name), ApiError.RESOURCE_NOT_FOUND, NO_URL);
        }
        refused(() -> list(listing("none")), ApiError.RESOURCE_NOT_FOUND, NO_FUNCTION);
        refused(() -> get("greet"), ApiError.RESOURCE_NOT_FOUND, NO_URL);
        refused(() -> update(updating("greet")), ApiError.RESOURCE_NOT_FOUND, NO_URL);
        refused(() -> delete("greet"), ApiError.RESOURCE_NOT_FOUND, NO_URL);
    }

    @Test
    void listsThoseOfAFunctionInPages() {
        alias("also");
        create(creation("greet:live"));
        create(creation("greet:also"));
        create(creation("greet").cors(CORS));

        var all = new ArrayList<FunctionUrlConfig>();
        @Nullable String marker = null;
        do {
            var page = page(listing("greet").maxItems(2).marker(marker));
            all.addAll(Objects.requireNonNull(page.functionUrlConfigs()));
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(all)
                .extracting(FunctionUrlConfig::functionArn)
                .containsExactly(GREET, GREET + ":also", GREET + ":live");
        assertThat(all.getFirst().cors()).isEqualTo(CORS);
        assertThat(list(listing("greet"))).isEqualTo(all);
    }

    @Test
    void canBeFoundAmongAllThereAre() {
        var url = create(creation("greet:live")).functionUrl();

        assertThat(desk.store.functions().settings(FunctionUrls.URL))
                .filteredOn(found -> Objects.equals(found.value().functionUrl(), url))
                .extracting(Qualified::function, Qualified::qualifier)
                .containsExactly(tuple(Desk.CALLER.function("greet"), "live"));
    }

    private CreateFunctionUrlConfigResponse create(CreateFunctionUrlConfigRequest.Builder request) {
        return desk.ask(
                ApiOperation.CREATE_FUNCTION_URL_CONFIG, request.build(), CreateFunctionUrlConfigResponse.class);
    }

    private GetFunctionUrlConfigResponse get(String name) {
        return desk.ask(
                ApiOperation.GET_FUNCTION_URL_CONFIG,
                GetFunctionUrlConfigRequest.builder().functionName(name).build(),
                GetFunctionUrlConfigResponse.class);
    }

    private UpdateFunctionUrlConfigResponse update(UpdateFunctionUrlConfigRequest.Builder request) {
        return desk.ask(
                ApiOperation.UPDATE_FUNCTION_URL_CONFIG, request.build(), UpdateFunctionUrlConfigResponse.class);
    }

    private void delete(String name) {
        desk.ask(
                ApiOperation.DELETE_FUNCTION_URL_CONFIG,
                DeleteFunctionUrlConfigRequest.builder().functionName(name).build(),
                NoContent.class);
    }

    private ListFunctionUrlConfigsResponse page(ListFunctionUrlConfigsRequest.Builder request) {
        return desk.ask(ApiOperation.LIST_FUNCTION_URL_CONFIGS, request.build(), ListFunctionUrlConfigsResponse.class);
    }

    private List<FunctionUrlConfig> list(ListFunctionUrlConfigsRequest.Builder request) {
        return Objects.requireNonNull(page(request).functionUrlConfigs());
    }

    private static CreateFunctionUrlConfigRequest.Builder creation(String name) {
        return CreateFunctionUrlConfigRequest.builder().functionName(name).authType("NONE");
    }

    private static UpdateFunctionUrlConfigRequest.Builder updating(String name) {
        return UpdateFunctionUrlConfigRequest.builder().functionName(name);
    }

    private static ListFunctionUrlConfigsRequest.Builder listing(String name) {
        return ListFunctionUrlConfigsRequest.builder().functionName(name);
    }
}
