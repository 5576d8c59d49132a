package hearth.control.layers;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.Desk;
import hearth.control.Zips;
import hearth.control.operation.ControlLimits;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.Bytes;
import hearth.model.LayerId;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.DeleteLayerVersionRequest;
import hearth.model.api.GetAccountSettingsRequest;
import hearth.model.api.GetAccountSettingsResponse;
import hearth.model.api.GetLayerVersionByArnRequest;
import hearth.model.api.GetLayerVersionRequest;
import hearth.model.api.GetLayerVersionResponse;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.LayerVersionsListItem;
import hearth.model.api.LayersListItem;
import hearth.model.api.ListLayerVersionsRequest;
import hearth.model.api.ListLayerVersionsResponse;
import hearth.model.api.ListLayersRequest;
import hearth.model.api.ListLayersResponse;
import hearth.model.api.NoContent;
import hearth.model.api.PublishLayerVersionRequest;
import hearth.model.api.PublishLayerVersionResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Versions of layers: published, shown, listed, deleted.
class LayersTest {
    private static final String ARN = "arn:aws:lambda:eu-north-1:123456789012:layer:";
    private static final String FOREIGN = "arn:aws:lambda:eu-north-1:999999999999:layer:tools";
    private static final byte[] ZIP = Zips.of("one");

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void showsAVersionAsItWasPublished() {
        var published = ask(
                ApiOperation.PUBLISH_LAYER_VERSION,
                request("tools")
                        .description("what all need")
                        .licenseInfo("MIT")
                        .compatibleRuntimes(List.of("python3.12", "python3.13"))
                        .compatibleArchitectures(List.of("arm64"))
                        .build(),
                PublishLayerVersionResponse.class);

        var got = get("tools", 1);

        assertThat(published.layerArn()).isEqualTo(ARN + "tools");
        assertThat(published.layerVersionArn()).isEqualTo(ARN + "tools:1");
        assertThat(published.version()).isEqualTo(1);
        assertThat(published.createdDate()).isEqualTo("2026-02-03T04:05:06.789+0000");
        assertThat(published.description()).isEqualTo("what all need");
        assertThat(published.licenseInfo()).isEqualTo("MIT");
        assertThat(published.compatibleRuntimes()).containsExactly("python3.12", "python3.13");
        assertThat(published.compatibleArchitectures()).containsExactly("arm64");
        assertThat(published.content()).satisfies(content -> {
            assertThat(content.codeSize()).isEqualTo(ZIP.length);
            assertThat(content.codeSha256()).hasSize(44).endsWith("=");
            assertThat(content.location()).startsWith("http://code.test/");
        });
        assertThat(got).usingRecursiveComparison().isEqualTo(published);
    }

    @Test
    void leavesOutWhatWasNotGiven() {
        publish("tools");

        var got = get("tools", 1);

        assertThat(got.description()).isEmpty();
        assertThat(got.compatibleRuntimes()).isNull();
        assertThat(got.compatibleArchitectures()).isNull();
        assertThat(got.licenseInfo()).isNull();
    }

    @Test
    void showsTheEmptyListsThatItWasPublishedWith() {
        publish(request("tools").compatibleRuntimes(List.of()).compatibleArchitectures(List.of()));

        assertThat(get("tools", 1).compatibleRuntimes()).isEmpty();
        assertThat(get("tools", 1).compatibleArchitectures()).isEmpty();
    }

    /// Those that are younger than what AWS prints of the list, and those that functions may not have any more.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ruby4.0",
                "nodejs26.x",
                "python3.15",
                "java8.al2023",
                "java17.al2023",
                "custom",
                "nodejs12.x",
                "nodejs",
                "python2.7",
                "java8",
                "go1.x",
                "provided",
                "dotnetcore1.0"
            })
    void takesEveryRuntimeThatThereIsOrWas(String runtime) {
        publish(request("tools").compatibleRuntimes(List.of(runtime)));

        assertThat(get("tools", 1).compatibleRuntimes()).containsExactly(runtime);
        assertThat(ask(
                                ApiOperation.LIST_LAYERS,
                                ListLayersRequest.builder()
                                        .compatibleRuntime(runtime)
                                        .build(),
                                ListLayersResponse.class)
                        .layers())
                .hasSize(1);
    }

    @Test
    void isKnownByItsArnToo() {
        publish(ARN + "tools");

        assertThat(get(ARN + "tools", 1)).isEqualTo(get("tools", 1));
        assertThat(byArn(ARN + "tools:1")).isEqualTo(get("tools", 1));
    }

    @Test
    void neverUsesANumberTwice() {
        publish("tools");
        publish("tools");
        delete("tools", 2);
        delete("tools", 1);

        assertThat(publish("tools").version()).isEqualTo(3);
    }

    @Test
    void doesNotFindWhatIsNotThere() {
        publish("tools");
        var missing = "The resource you requested does not exist.";

        refused(() -> get("tools", 2), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(() -> get("other", 1), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(() -> byArn(ARN + "tools:2"), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(() -> byArn(ARN + "tools:01"), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(() -> byArn(ARN + "tools:99999999999999999999"), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(() -> byArn("arn:aws:lambda:::awslayer:Amazon1803"), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(
                () -> byArn("arn:aws:lambda:us-east-1:123456789012:layer:tools:1"),
                ApiError.RESOURCE_NOT_FOUND,
                "Layers from 'us-east-1' are not reachable in this region ('eu-north-1')");
    }

    @Test
    void hasNoVersionBelowOne() {
        var message = "Layer Version Cannot be less than 1";

        refused(() -> get("tools", 0), ApiError.INVALID_PARAMETER_VALUE, message);
        refused(() -> get("tools", -1), ApiError.INVALID_PARAMETER_VALUE, message);
        refused(() -> delete("tools", 0), ApiError.INVALID_PARAMETER_VALUE, message);
    }

    @Test
    void deletesWhatIsNotThereAsWell() {
        publish("tools");

        delete("tools", 1);
        delete("tools", 1);
        delete("other", 7);

        assertThat(listVersions(r -> r)).isEmpty();
    }

    @Test
    void keepsWhatBelongsToOthersFromTheCaller() {
        refused(() -> publish(FOREIGN), ApiError.ACCESS_DENIED, denied("PublishLayerVersion", FOREIGN));
        refused(() -> get(FOREIGN, 1), ApiError.ACCESS_DENIED, denied("GetLayerVersion", FOREIGN + ":1"));
        refused(() -> byArn(FOREIGN + ":1"), ApiError.ACCESS_DENIED, denied("GetLayerVersion", FOREIGN + ":1"));
        refused(() -> delete(FOREIGN, 1), ApiError.ACCESS_DENIED, denied("DeleteLayerVersion", FOREIGN + ":1"));
    }

    private static String denied(String action, String arn) {
        return "User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:" + action
                + " on resource: " + arn + " because no resource-based policy allows the lambda:" + action
                + " action";
    }

    @Test
    void refusesContentThatIsNoZip() {
        refused(
                () -> publish(request("tools").content(content("no zip".getBytes(StandardCharsets.UTF_8)))),
                ApiError.INVALID_PARAMETER_VALUE,
                "Could not unzip uploaded file. Please check your file, then try to upload again.");
        refused(
                () -> publish(request("tools")
                        .content(LayerVersionContentInput.builder().build())),
                ApiError.INVALID_PARAMETER_VALUE,
                "Please provide a source for layer content.");
        refused(
                () -> publish(request("tools").content(content(new byte[52_428_800]))),
                ApiError.REQUEST_ENTITY_TOO_LARGE,
                "Zipped size must be smaller than 52428800 bytes");
        assertThat(list(r -> r)).isEmpty();
    }

    @Test
    void refusesContentThatUnpacksToTooMuch() {
        desk.close();
        desk = new Desk(
                data.resolve("small"),
                ControlLimits.DEFAULT.withPackages(
                        ControlLimits.DEFAULT.packages().withUnzipped(new Bytes(3))));

        refused(() -> publish("tools"), ApiError.INVALID_PARAMETER_VALUE, "Unzipped size must be smaller than 3 bytes");
    }

    @Test
    void listsTheNewestVersionsFirstPageByPage() {
        IntStream.rangeClosed(1, 5).forEach(_ -> publish("tools"));
        publish("other");

        var numbers = new ArrayList<Long>();
        @Nullable String marker = null;
        do {
            var from = marker;
            var page = ask(
                    ApiOperation.LIST_LAYER_VERSIONS,
                    ListLayerVersionsRequest.builder()
                            .layerName("tools")
                            .maxItems(2)
                            .marker(from)
                            .build(),
                    ListLayerVersionsResponse.class);
            assertThat(page.layerVersions()).hasSizeBetween(1, 2);
            some(page.layerVersions()).forEach(version -> numbers.add(some(version.version())));
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(numbers).containsExactly(5L, 4L, 3L, 2L, 1L);
        assertThat(listVersions(r -> r.layerName("missing"))).isEmpty();
    }

    @Test
    void listsLayersByNameWithTheirNewestVersions() {
        IntStream.rangeClosed(1, 3).forEach(_ -> publish("b"));
        publish("a");
        publish("c");
        publish("gone");
        delete("gone", 1);
        delete("b", 3);

        var names = new ArrayList<String>();
        @Nullable String marker = null;
        do {
            var page = ask(
                    ApiOperation.LIST_LAYERS,
                    ListLayersRequest.builder().maxItems(1).marker(marker).build(),
                    ListLayersResponse.class);
            some(page.layers()).forEach(layer -> names.add(some(newest(layer).layerVersionArn())));
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(names).containsExactly(ARN + "a:1", ARN + "b:2", ARN + "c:1");
        assertThat(list(r -> r)).first().satisfies(layer -> {
            assertThat(layer.layerName()).isEqualTo("a");
            assertThat(layer.layerArn()).isEqualTo(ARN + "a");
            assertThat(newest(layer).createdDate()).isEqualTo("2026-02-03T04:05:06.789+0000");
        });
    }

    @Test
    void listsOnlyWhatSaysThatItIsCompatible() {
        publish(request("tools").compatibleRuntimes(List.of("python3.12")).compatibleArchitectures(List.of("x86_64")));
        publish(request("tools").compatibleRuntimes(List.of("python3.13")).compatibleArchitectures(List.of("arm64")));
        publish("tools");
        publish(request("node").compatibleRuntimes(List.of("nodejs22.x")));

        assertThat(list(r -> r.compatibleRuntime("python3.12")))
                .extracting(layer -> newest(layer).version())
                .containsExactly(1L);
        assertThat(list(r -> r.compatibleRuntime("python3.12").compatibleArchitecture("arm64")))
                .isEmpty();
        assertThat(list(r -> r.compatibleArchitecture("arm64")))
                .extracting(layer -> newest(layer).version())
                .containsExactly(2L);
        assertThat(listVersions(r -> r.compatibleRuntime("python3.13")))
                .extracting(LayerVersionsListItem::version)
                .containsExactly(2L);
        assertThat(listVersions(r -> r.compatibleArchitecture("x86_64")))
                .extracting(LayerVersionsListItem::version)
                .containsExactly(1L);
    }

    @Test
    void refusesMarkersThatItDidNotMake() {
        refused(() -> list(r -> r.marker("%")), ApiError.INVALID_PARAMETER_VALUE, "Invalid Marker");
        refused(() -> listVersions(r -> r.marker("YQ")), ApiError.INVALID_PARAMETER_VALUE, "Invalid Marker");
    }

    @Test
    void countsAsCodeStorageUntilItIsDeleted() {
        desk.close();
        desk = new Desk(data.resolve("small"), ControlLimits.DEFAULT.withCodeStorage(new Bytes(2L * ZIP.length)));
        publish("tools");
        desk.create("greet");

        refused(() -> publish("tools"), ApiError.CODE_STORAGE_EXCEEDED, "Code storage limit exceeded.");
        assertThat(used()).isEqualTo(2L * ZIP.length);
        delete("tools", 1);
        assertThat(used()).isEqualTo(ZIP.length);
        assertThat(publish("tools").version()).as("a refusal takes no number").isEqualTo(2);
    }

    @Test
    void isThereAfterARestart() {
        publish(request("tools").compatibleRuntimes(List.of("java21")));
        var before = get("tools", 1);
        desk.close();

        desk = new Desk(data);

        assertThat(get("tools", 1)).isEqualTo(before);
        assertThat(desk.store
                        .layers()
                        .find(new LayerId(new AccountId("123456789012"), Desk.CALLER.region(), "tools").version(1))
                        .flatMap(version -> desk.store.blobs().open(version.code())))
                .isPresent();
    }

    private long used() {
        var usage = ask(
                        ApiOperation.GET_ACCOUNT_SETTINGS,
                        GetAccountSettingsRequest.builder().build(),
                        GetAccountSettingsResponse.class)
                .accountUsage();
        return some(some(usage).totalCodeSize());
    }

    private static LayerVersionsListItem newest(LayersListItem layer) {
        return some(layer.latestMatchingVersion());
    }

    private static <T> T some(@Nullable T value) {
        return Objects.requireNonNull(value);
    }

    private static PublishLayerVersionRequest.Builder request(String name) {
        return PublishLayerVersionRequest.builder().layerName(name).content(content(ZIP));
    }

    private static LayerVersionContentInput content(byte[] zip) {
        return LayerVersionContentInput.builder().zipFile(zip).build();
    }

    private PublishLayerVersionResponse publish(String name) {
        return publish(request(name));
    }

    private PublishLayerVersionResponse publish(PublishLayerVersionRequest.Builder request) {
        return ask(ApiOperation.PUBLISH_LAYER_VERSION, request.build(), PublishLayerVersionResponse.class);
    }

    private GetLayerVersionResponse get(String name, long version) {
        return ask(
                ApiOperation.GET_LAYER_VERSION,
                GetLayerVersionRequest.builder()
                        .layerName(name)
                        .versionNumber(version)
                        .build(),
                GetLayerVersionResponse.class);
    }

    private GetLayerVersionResponse byArn(String arn) {
        return ask(
                ApiOperation.GET_LAYER_VERSION_BY_ARN,
                GetLayerVersionByArnRequest.builder().arn(arn).build(),
                GetLayerVersionResponse.class);
    }

    private void delete(String name, long version) {
        ask(
                ApiOperation.DELETE_LAYER_VERSION,
                DeleteLayerVersionRequest.builder()
                        .layerName(name)
                        .versionNumber(version)
                        .build(),
                NoContent.class);
    }

    private List<LayersListItem> list(UnaryOperator<ListLayersRequest.Builder> asked) {
        return some(ask(
                        ApiOperation.LIST_LAYERS,
                        asked.apply(ListLayersRequest.builder()).build(),
                        ListLayersResponse.class)
                .layers());
    }

    private List<LayerVersionsListItem> listVersions(UnaryOperator<ListLayerVersionsRequest.Builder> asked) {
        return some(ask(
                        ApiOperation.LIST_LAYER_VERSIONS,
                        asked.apply(ListLayerVersionsRequest.builder().layerName("tools"))
                                .build(),
                        ListLayerVersionsResponse.class)
                .layerVersions());
    }

    private <S> S ask(ApiOperation operation, ApiShape request, Class<S> response) {
        return desk.ask(operation, request, response);
    }
}
