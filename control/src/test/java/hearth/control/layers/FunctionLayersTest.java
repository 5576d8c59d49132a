package hearth.control.layers;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.BlobStore;
import hearth.control.Desk;
import hearth.control.Zips;
import hearth.control.operation.Caller;
import hearth.control.operation.ControlLimits;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.api.AddLayerVersionPermissionRequest;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.DeleteLayerVersionRequest;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.Layer;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.PublishLayerVersionRequest;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions with layers.
class FunctionLayersTest {
    private static final String ARN = "arn:aws:lambda:eu-north-1:123456789012:layer:";
    private static final Caller OTHER =
            new Caller(new AccountId("222222222222"), Desk.CALLER.region(), Desk.CALLER.endpoint());

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data);
        publish(Desk.CALLER, "a", "one");
        publish(Desk.CALLER, "a", "two");
        publish(Desk.CALLER, "b", "three");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void areShownInTheirOrderWithTheirSizes() {
        var created = create("greet", ARN + "b:1", ARN + "a:2");

        assertThat(created.layers())
                .containsExactly(
                        layer(ARN + "b:1", Zips.of("three").length), layer(ARN + "a:2", Zips.of("two").length));
        assertThat(desk.settled("greet").layers()).isEqualTo(created.layers());
        assertThat(running("greet", "$LATEST")).containsExactly(digest("three"), digest("two"));
    }

    @Test
    void areNotShownWhereThereAreNone() {
        assertThat(create("greet").layers()).isNull();
        assertThat(running("greet", "$LATEST")).isEmpty();
    }

    @Test
    void stayUntilAnUpdateNamesOthersOrNone() {
        create("greet", ARN + "a:1");
        desk.settled("greet");

        update("greet", request().description("another"));
        assertThat(desk.settled("greet").layers()).hasSize(1);
        update("greet", request().layers(List.of(ARN + "b:1", ARN + "a:1")));
        assertThat(desk.settled("greet").layers()).extracting(Layer::arn).containsExactly(ARN + "b:1", ARN + "a:1");
        assertThat(running("greet", "$LATEST")).containsExactly(digest("three"), digest("one"));
        update("greet", request().layers(List.of()));

        assertThat(desk.settled("greet").layers()).isNull();
        assertThat(running("greet", "$LATEST")).isEmpty();
    }

    @Test
    void stayWithAVersionAsTheyWere() {
        create("greet", ARN + "a:1");
        desk.settled("greet");
        desk.publish("greet");

        update("greet", request().layers(List.of(ARN + "a:2")));
        desk.settled("greet");
        var second = desk.publish("greet");

        assertThat(second.version()).as("other layers are a change").isEqualTo("2");
        assertThat(desk.get("greet:1").layers()).extracting(Layer::arn).containsExactly(ARN + "a:1");
        assertThat(running("greet", "1")).containsExactly(digest("one"));
        assertThat(running("greet", "2")).containsExactly(digest("two"));
    }

    @Test
    void outliveTheirDeletionWithTheFunctionsThatHaveThem() {
        create("greet", ARN + "a:1");
        desk.settled("greet");
        handle(
                Desk.CALLER,
                ApiOperation.DELETE_LAYER_VERSION,
                DeleteLayerVersionRequest.builder()
                        .layerName("a")
                        .versionNumber(1L)
                        .build());

        update("greet", request().timeout(9));
        desk.settled("greet");
        desk.publish("greet");

        assertThat(running("greet", "1")).containsExactly(digest("one"));
        refused(
                () -> create("other", ARN + "a:1"),
                ApiError.INVALID_PARAMETER_VALUE,
                "Layer version " + ARN + "a:1 does not exist.");
    }

    @Test
    void mustBeThereInTheFunctionsRegionAndAtMostFive() {
        refused(
                () -> create("greet", ARN + "a:9"),
                ApiError.INVALID_PARAMETER_VALUE,
                "Layer version " + ARN + "a:9 does not exist.");
        refused(
                () -> create("greet", "arn:aws:lambda:eu-west-1:123456789012:layer:a:1"),
                ApiError.INVALID_PARAMETER_VALUE,
                "Layers are not in the same region as the function."
                        + " Layers are expected to be in region eu-north-1.");
        refused(
                () -> create("greet", ARN + "a:1", ARN + "a:2"),
                ApiError.INVALID_PARAMETER_VALUE,
                "Two different versions of the same layer are not allowed to be referenced in the same function. " + ARN
                        + "a:1 and " + ARN + "a:2 are versions of the same layer.");
        refused(
                () -> create("greet", ARN + "1:1", ARN + "2:1", ARN + "3:1", ARN + "4:1", ARN + "5:1", ARN + "6:1"),
                ApiError.INVALID_PARAMETER_VALUE,
                "Cannot reference more than 5 layers.");
    }

    @Test
    void ofOthersNeedTheirPermission() {
        publish(OTHER, "theirs", "four");
        var arn = "arn:aws:lambda:eu-north-1:222222222222:layer:theirs:1";
        var denied = "User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:GetLayerVersion on"
                + " resource: " + arn + " because no resource-based policy allows the lambda:GetLayerVersion action";

        refused(() -> create("greet", arn), ApiError.ACCESS_DENIED, denied);
        refused(() -> create("greet", arn.replace(":1", ":7")), ApiError.ACCESS_DENIED, denied.replace(":1 ", ":7 "));
        handle(
                OTHER,
                ApiOperation.ADD_LAYER_VERSION_PERMISSION,
                AddLayerVersionPermissionRequest.builder()
                        .layerName("theirs")
                        .versionNumber(1L)
                        .statementId("s")
                        .action("lambda:GetLayerVersion")
                        .principal("123456789012")
                        .build());
        create("greet", arn);

        assertThat(running("greet", "$LATEST")).containsExactly(digest("four"));
    }

    @Test
    void mustFitTogetherWithTheCode() {
        desk.close();
        desk = new Desk(
                data,
                ControlLimits.DEFAULT.withPackages(
                        ControlLimits.DEFAULT.packages().withUnzipped(new Bytes(10))));
        var tooMuch = "Function code combined with layers exceeds the maximum allowed size of 10 bytes."
                + " The actual size is 11 bytes.";

        refused(() -> create("greet", ARN + "a:1", ARN + "b:1"), ApiError.INVALID_PARAMETER_VALUE, tooMuch);
        create("greet", ARN + "b:1");
        desk.settled("greet");
        refused(
                () -> update("greet", request().layers(List.of(ARN + "a:2", ARN + "b:1"))),
                ApiError.INVALID_PARAMETER_VALUE,
                tooMuch);
        refused(
                () -> desk.ask(
                        ApiOperation.UPDATE_FUNCTION_CODE,
                        UpdateFunctionCodeRequest.builder()
                                .functionName("greet")
                                .zipFile(Zips.of("123456"))
                                .build()),
                ApiError.INVALID_PARAMETER_VALUE,
                tooMuch);
    }

    private static Layer layer(String arn, long size) {
        return Layer.builder().arn(arn).codeSize(size).build();
    }

    private static CodeDigest digest(String source) {
        return BlobStore.digestOf(Zips.of(source));
    }

    private List<CodeDigest> running(String name, String qualifier) {
        return desk.store
                .functions()
                .resolve(Desk.CALLER.function(name), qualifier)
                .orElseThrow()
                .version()
                .layers();
    }

    private void publish(Caller caller, String name, String source) {
        handle(
                caller,
                ApiOperation.PUBLISH_LAYER_VERSION,
                PublishLayerVersionRequest.builder()
                        .layerName(name)
                        .content(LayerVersionContentInput.builder()
                                .zipFile(Zips.of(source))
                                .build())
                        .build());
    }

    private FunctionConfiguration create(String name, String... layers) {
        return desk.ask(
                ApiOperation.CREATE_FUNCTION,
                Desk.creation(name).layers(List.of(layers)).build());
    }

    private static UpdateFunctionConfigurationRequest.Builder request() {
        return UpdateFunctionConfigurationRequest.builder();
    }

    private void update(String name, UpdateFunctionConfigurationRequest.Builder request) {
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                request.functionName(name).build());
    }

    private ApiShape handle(Caller caller, ApiOperation operation, ApiShape request) {
        return desk.control.handle(operation, caller, request);
    }
}
