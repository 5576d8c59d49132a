package hearth.control;

import static hearth.control.Desk.creation;
import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.BlobStore;
import hearth.control.code.ObjectStore.Answer;
import hearth.control.code.S3Object;
import hearth.control.operation.ControlLimits;
import hearth.model.ApiError;
import hearth.model.api.ApiOperation;
import hearth.model.api.FunctionCode;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.PublishLayerVersionRequest;
import hearth.model.api.PublishLayerVersionResponse;
import hearth.model.api.UpdateFunctionCodeRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members of an answer may be absent by their type; one that is missing fails the test.
@NullUnmarked
class PackagesFromS3Test {
    private static final byte[] ZIP = Zips.of("from S3");
    private static final FunctionCode CODE =
            FunctionCode.builder().s3Bucket("code").s3Key("app.zip").build();

    private final List<S3Object> asked = new ArrayList<>();
    private final AtomicInteger held = new AtomicInteger();
    private Answer answer = new Answer.Found(ZIP, null);

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data, ControlLimits.DEFAULT, (object, _) -> {
            asked.add(object);
            return answer instanceof Answer.Found(var content, var version, var _) ? held(content, version) : answer;
        });
    }

    private Answer held(byte[] content, String version) {
        held.incrementAndGet();
        return new Answer.Found(content, version, held::decrementAndGet);
    }

    @AfterEach
    void everyPackageIsReleased() {
        desk.close();
        assertThat(held).hasValue(0);
    }

    @Test
    void isFetchedForAFunction() {
        var created = create(CODE.toBuilder().s3ObjectVersion("v7").build());

        assertThat(created.codeSha256()).isEqualTo(BlobStore.digestOf(ZIP).base64());
        assertThat(created.codeSize()).isEqualTo(ZIP.length);
        assertThat(asked).containsExactly(new S3Object("code", "app.zip", "v7"));
    }

    @Test
    void isFetchedForAnUpdate() {
        desk.createActive("greet");

        var updated = desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName("greet")
                        .s3Bucket("code")
                        .s3Key("app.zip")
                        .build());

        assertThat(updated.codeSha256()).isEqualTo(BlobStore.digestOf(ZIP).base64());
        assertThat(asked).containsExactly(new S3Object("code", "app.zip", null));
    }

    @Test
    void isFetchedForALayer() {
        var published = desk.ask(
                ApiOperation.PUBLISH_LAYER_VERSION,
                PublishLayerVersionRequest.builder()
                        .layerName("tools")
                        .content(LayerVersionContentInput.builder()
                                .s3Bucket("code")
                                .s3Key("layer.zip")
                                .build())
                        .build(),
                PublishLayerVersionResponse.class);

        assertThat(published.content().codeSha256())
                .isEqualTo(BlobStore.digestOf(ZIP).base64());
        assertThat(asked).containsExactly(new S3Object("code", "layer.zip", null));
    }

    @Test
    void isNotFetchedForARequestThatIsRefusedAnyway() {
        desk.create("taken");

        refused(
                () -> desk.ask(
                        ApiOperation.CREATE_FUNCTION,
                        creation("taken").code(CODE).build()),
                ApiError.RESOURCE_CONFLICT,
                "Function already exist: taken");
        assertThat(asked).isEmpty();
    }

    @Test
    void isRefusedAsS3RefusesIt() {
        answer = new Answer.Refused("NoSuchKey", "The specified key does not exist.");
        refused(
                () -> create(CODE),
                ApiError.INVALID_PARAMETER_VALUE,
                "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not"
                        + " exist.");
        answer = new Answer.Refused("NoSuchBucket", "The specified bucket does not exist");
        refused(
                () -> create(CODE),
                ApiError.INVALID_PARAMETER_VALUE,
                "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket"
                        + " does not exist");
    }

    @Test
    void isRefusedWhenItIsTooLargeOrNoZip() {
        answer = new Answer.TooLarge();
        refused(
                () -> create(CODE),
                ApiError.INVALID_PARAMETER_VALUE,
                "Unzipped size must be smaller than 262144000 bytes");
        answer = new Answer.Found(new byte[100], null);
        refused(
                () -> create(CODE),
                ApiError.INVALID_PARAMETER_VALUE,
                "Could not unzip uploaded file. Please check your file, then try to upload again.");
    }

    @Test
    void isNobodysFaultWhenS3CannotBeReached() {
        answer = new Answer.Unreachable("http://s3.test did not answer");

        refused(
                () -> create(CODE),
                ApiError.SERVICE,
                "The object could not be fetched from S3: http://s3.test did not answer");
    }

    @Test
    void isOneSourceAndNotTwo() {
        refused(
                () -> create(CODE.toBuilder().zipFile(ZIP).build()),
                ApiError.INVALID_PARAMETER_VALUE,
                "Please do not provide other FunctionCode parameters when providing a ZipFile.");
        refused(
                () -> create(FunctionCode.builder().s3Bucket("code").build()),
                ApiError.INVALID_PARAMETER_VALUE,
                "Please provide a source for function code.");
        assertThat(asked).isEmpty();
    }

    private hearth.model.api.FunctionConfiguration create(FunctionCode code) {
        return desk.ask(
                ApiOperation.CREATE_FUNCTION, creation("greet").code(code).build());
    }
}
