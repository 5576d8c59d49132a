package hearth.control;

import static hearth.control.Desk.creation;
import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.BlobStore;
import hearth.control.operation.ControlLimits;
import hearth.model.ApiError;
import hearth.model.CodeDigest;
import hearth.model.api.ApiOperation;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;
import hearth.model.api.DeleteLayerVersionRequest;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetFunctionRequest;
import hearth.model.api.GetFunctionResponse;
import hearth.model.api.GetLayerVersionRequest;
import hearth.model.api.GetLayerVersionResponse;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.NoContent;
import hearth.model.api.PublishLayerVersionRequest;
import hearth.model.api.PublishLayerVersionResponse;
import hearth.model.api.ResolvedS3Object;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages with `S3ObjectStorageMode: REFERENCE`.
@NullUnmarked
class ReferredCodeTest {
    private static final byte[] ONE = Zips.of("the first");
    private static final byte[] TWO = Zips.of("the second, which is longer");
    private static final String GONE = "Error occurred while GetObject. S3 Error Code: NoSuchVersion."
            + " S3 Error Message: The specified version does not exist.";

    private final Bucket bucket = new Bucket();

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data, ControlLimits.DEFAULT, bucket);
        bucket.put("app.zip", "v1", ONE);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void staysInS3AndCountsForNothing() {
        var created = create("greet");

        var location = location("greet");
        assertThat(created.codeSha256()).isEqualTo(digest(ONE).base64());
        assertThat(created.codeSize()).isEqualTo(ONE.length);
        assertThat(location.resolvedS3Object()).isEqualTo(object("app.zip", "v1"));
        assertThat(location.location()).isNull();
        assertThat(location.error()).isNull();
        assertThat(desk.store.blobs().open(digest(ONE))).isEmpty();
        assertThat(stored()).isZero();
    }

    @Test
    void keepsToTheVersionThatThereWas() {
        create("greet");
        desk.settled("greet");
        bucket.put("app.zip", "v2", TWO);

        configure(UpdateFunctionConfigurationRequest.builder().timeout(7));

        assertThat(desk.settled("greet").codeSha256()).isEqualTo(digest(ONE).base64());
        assertThat(location("greet").resolvedS3Object().s3ObjectVersion()).isEqualTo("v1");
    }

    @Test
    void isCopiedUnlessEveryUpdateSaysOtherwise() {
        create("greet");
        desk.settled("greet");

        update(UpdateFunctionCodeRequest.builder());

        desk.settled("greet");
        assertThat(location("greet").resolvedS3Object()).isNull();
        assertThat(location("greet").location()).startsWith("http://code.test/");
        assertThat(stored()).isEqualTo(ONE.length);

        update(UpdateFunctionCodeRequest.builder().s3ObjectStorageMode("REFERENCE"));

        desk.settled("greet");
        assertThat(location("greet").resolvedS3Object()).isEqualTo(object("app.zip", "v1"));
        assertThat(stored()).isZero();
    }

    @Test
    void leavesNoCopyBehindWithTheSameContent() {
        var first = desk.store;
        create("greet", "COPY");
        desk.settled("greet");
        assertThat(first.blobs().open(digest(ONE))).isPresent();
        update(UpdateFunctionCodeRequest.builder().s3ObjectStorageMode("REFERENCE"));
        desk.settled("greet");

        // What nothing refers to is swept when the store is opened.
        desk.close();
        desk = new Desk(data, ControlLimits.DEFAULT, bucket);

        Await.until(() -> desk.store.blobs().open(digest(ONE)).isEmpty());
    }

    @Test
    void countsForNothingInVersionsToo() {
        create("greet");
        desk.settled("greet");

        desk.publish("greet");

        assertThat(stored()).isZero();
        assertThat(location("greet:1").resolvedS3Object()).isEqualTo(object("app.zip", "v1"));
    }

    @Test
    void makesItsVersionsInactiveWhenItIsGone() {
        create("greet");
        desk.settled("greet");
        desk.publish("greet");
        Await.until(() -> "Active".equals(desk.get("greet:1").state()));
        bucket.delete("app.zip", "v1");

        desk.control.lookForCode();

        Await.until(() -> "Inactive".equals(desk.get("greet:1").state()));
        Await.until(() -> "Inactive".equals(desk.get("greet").state()));
        assertThat(desk.get("greet").stateReasonCode()).isEqualTo("DependencyError");
        assertThat(desk.get("greet").stateReason()).contains("NoSuchVersion");
        assertThat(location("greet").error().errorCode()).isEqualTo("NoSuchVersion");
        assertThat(location("greet").error().message()).isEqualTo("The specified version does not exist.");
    }

    @Test
    void comesBackWithAnUpdateOnceItIsThereAgain() {
        create("greet");
        desk.settled("greet");
        bucket.delete("app.zip", "v1");
        desk.control.lookForCode();
        Await.until(() -> "Inactive".equals(desk.get("greet").state()));
        refused(
                () -> configure(UpdateFunctionConfigurationRequest.builder().timeout(7)),
                ApiError.INVALID_PARAMETER_VALUE,
                GONE);

        bucket.put("app.zip", "v1", ONE);
        configure(UpdateFunctionConfigurationRequest.builder().timeout(7));

        assertThat(desk.settled("greet").stateReasonCode()).isNull();
        assertThat(location("greet").error()).isNull();
    }

    @Test
    void staysActiveWhileS3DoesNotAnswer() {
        create("greet");
        desk.settled("greet");
        bucket.reachable = false;

        desk.control.lookForCode();

        assertThat(location("greet").error().message()).isEqualTo("nobody listens");
        assertThat(desk.get("greet").state()).isEqualTo("Active");
    }

    @Test
    void isRefusedWithoutAVersionToKeepTo() {
        bucket.versioned = false;

        refused(
                () -> create("greet"),
                ApiError.INVALID_PARAMETER_VALUE,
                "S3ObjectStorageMode REFERENCE keeps to one version of the object, and code has none of it: enable"
                        + " versioning for the bucket.");
    }

    @Test
    void isRefusedForWhatIsNotInS3() {
        var zip = FunctionCode.builder().zipFile(ONE).s3ObjectStorageMode("REFERENCE");
        refused(
                () -> ask(creation("greet").code(zip.build()).build()),
                ApiError.INVALID_PARAMETER_VALUE,
                "Please do not provide other FunctionCode parameters when providing a ZipFile.");
        var image = FunctionCode.builder()
                .imageUri("123456789012.dkr.ecr.eu-north-1.amazonaws.com/app:1")
                .s3ObjectStorageMode("REFERENCE");
        refused(
                () -> ask(creation("greet")
                        .runtime(null)
                        .handler(null)
                        .packageType("Image")
                        .code(image.build())
                        .build()),
                ApiError.INVALID_PARAMETER_VALUE,
                "S3ObjectStorageMode REFERENCE is not supported for functions with packageType Image.");
    }

    @Test
    void namesTheModeWhereNobodySaidWhereS3Is() {
        try (var without = new Desk(data.resolve("without"))) {
            refused(
                    () -> without.ask(
                            ApiOperation.CREATE_FUNCTION,
                            creation("greet").code(code("REFERENCE")).build()),
                    ApiError.INVALID_PARAMETER_VALUE,
                    "S3ObjectStorageMode REFERENCE needs S3. Hearth was not told where S3 is. Start it with"
                            + " --endpoint s3=URL, or send the package itself, as ZipFile.");
        }
    }

    @Test
    void holdsForLayers() {
        var published = publish();

        var content = desk.ask(
                        ApiOperation.GET_LAYER_VERSION,
                        GetLayerVersionRequest.builder()
                                .layerName("tools")
                                .versionNumber(1L)
                                .build(),
                        GetLayerVersionResponse.class)
                .content();
        assertThat(content).isEqualTo(published.content());
        assertThat(content.resolvedS3Object()).isEqualTo(object("app.zip", "v1"));
        assertThat(content.location()).isNull();
        assertThat(content.codeSha256()).isEqualTo(digest(ONE).base64());
        assertThat(content.codeSize()).isEqualTo(ONE.length);
        assertThat(stored()).isZero();
    }

    @Test
    void leavesFunctionsActiveWhoseLayerIsGone() {
        var layer = publish().layerVersionArn();
        ask(creation("greet").layers(List.of(layer)).build());
        assertThat(desk.settled("greet").layers().getFirst().codeSize()).isEqualTo(ONE.length);
        bucket.delete("app.zip", "v1");

        desk.control.lookForCode();

        refused(
                () -> configure(UpdateFunctionConfigurationRequest.builder().timeout(7)),
                ApiError.INVALID_PARAMETER_VALUE,
                GONE);
        assertThat(desk.get("greet").state()).isEqualTo("Active");
        configure(UpdateFunctionConfigurationRequest.builder().timeout(7).layers(List.of()));
        assertThat(desk.settled("greet").timeout()).isEqualTo(7);
    }

    @Test
    void isForgottenWithTheLastThatReferredToIt() {
        var layer = publish().layerVersionArn();
        ask(creation("greet").layers(List.of(layer)).code(code("REFERENCE")).build());
        desk.settled("greet");
        var id = reference("greet");
        desk.ask(
                ApiOperation.DELETE_LAYER_VERSION,
                DeleteLayerVersionRequest.builder()
                        .layerName("tools")
                        .versionNumber(1L)
                        .build(),
                NoContent.class);
        assertThat(desk.store.blobs().reference(id)).isPresent();
        desk.ask(
                ApiOperation.DELETE_FUNCTION,
                DeleteFunctionRequest.builder().functionName("greet").build(),
                DeleteFunctionResponse.class);

        desk.close();
        desk = new Desk(data, ControlLimits.DEFAULT, bucket);

        Await.until(() -> desk.store.blobs().reference(id).isEmpty());
    }

    private CodeDigest reference(String name) {
        return desk.store
                .functions()
                .find(new hearth.model.FunctionId(Desk.CALLER.account(), Desk.CALLER.region(), name))
                .orElseThrow()
                .latest()
                .code();
    }

    private FunctionConfiguration create(String name) {
        return create(name, "REFERENCE");
    }

    private FunctionConfiguration create(String name, String mode) {
        return ask(creation(name).code(code(mode)).build());
    }

    private static FunctionCode code(String mode) {
        return FunctionCode.builder()
                .s3Bucket("code")
                .s3Key("app.zip")
                .s3ObjectStorageMode(mode)
                .build();
    }

    private FunctionConfiguration ask(hearth.model.api.CreateFunctionRequest request) {
        return desk.ask(ApiOperation.CREATE_FUNCTION, request);
    }

    private void update(UpdateFunctionCodeRequest.Builder request) {
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                request.functionName("greet").s3Bucket("code").s3Key("app.zip").build());
    }

    private void configure(UpdateFunctionConfigurationRequest.Builder request) {
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                request.functionName("greet").build());
    }

    private PublishLayerVersionResponse publish() {
        return desk.ask(
                ApiOperation.PUBLISH_LAYER_VERSION,
                PublishLayerVersionRequest.builder()
                        .layerName("tools")
                        .content(LayerVersionContentInput.builder()
                                .s3Bucket("code")
                                .s3Key("app.zip")
                                .s3ObjectStorageMode("REFERENCE")
                                .build())
                        .build(),
                PublishLayerVersionResponse.class);
    }

    private FunctionCodeLocation location(String name) {
        return desk.ask(
                        ApiOperation.GET_FUNCTION,
                        GetFunctionRequest.builder().functionName(name).build(),
                        GetFunctionResponse.class)
                .code();
    }

    private long stored() {
        return desk.store
                .functions()
                .usage(Desk.CALLER.account(), Desk.CALLER.region())
                .codeSize();
    }

    private static ResolvedS3Object object(String key, String version) {
        return ResolvedS3Object.builder()
                .s3Bucket("code")
                .s3Key(key)
                .s3ObjectVersion(version)
                .build();
    }

    private static CodeDigest digest(byte[] zip) {
        return BlobStore.digestOf(zip);
    }
}
