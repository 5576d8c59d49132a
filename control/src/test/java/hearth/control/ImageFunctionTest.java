package hearth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.ApiException;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetFunctionRequest;
import hearth.model.api.GetFunctionResponse;
import hearth.model.api.ImageConfig;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions from container images: their configuration. Members of an answer may be absent by their type; one that
/// is missing fails the test.
@NullUnmarked
class ImageFunctionTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final String REPOSITORY = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app";

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
    void areShownWithoutRuntimeAndHandler() {
        var created = create(creation(REPOSITORY + ":1@sha256:" + DIGEST));

        assertThat(created.packageType()).isEqualTo("Image");
        assertThat(created.codeSize()).isZero();
        assertThat(created.codeSha256()).isEqualTo(DIGEST);
        assertThat(created.runtime()).isNull();
        assertThat(created.handler()).isNull();
        assertThat(created.runtimeVersionConfig()).isNull();
        assertThat(created.imageConfigResponse()).isNull();
        assertThat(created.state()).isEqualTo("Pending");
        assertThat(desk.settled("app").state()).isEqualTo("Active");
        var code = code("app");
        assertThat(code.repositoryType()).isEqualTo("ECR");
        assertThat(code.imageUri()).isEqualTo(REPOSITORY + ":1@sha256:" + DIGEST);
        assertThat(code.resolvedImageUri()).isEqualTo(REPOSITORY + "@sha256:" + DIGEST);
        assertThat(code.location()).isNull();
    }

    @Test
    void haveADigestAlsoWhereTheirUriNamesNone() {
        create(creation("localhost:5000/app:1"));

        var code = code("app");

        assertThat(code.imageUri()).isEqualTo("localhost:5000/app:1");
        assertThat(code.resolvedImageUri()).matches("localhost:5000/app@sha256:[0-9a-f]{64}");
        assertThat(code.resolvedImageUri()).endsWith(desk.get("app").codeSha256());
    }

    @Test
    void showAndLoseTheirImageConfig() {
        var image = ImageConfig.builder()
                .entryPoint(List.of("/bin/app"))
                .command(List.of("serve"))
                .workingDirectory("/srv")
                .build();
        createActive(creation("app:1").imageConfig(image));
        assertThat(desk.get("app").imageConfigResponse().imageConfig()).isEqualTo(image);

        configure(configuration().imageConfig(ImageConfig.builder().build()));

        assertThat(desk.settled("app").imageConfigResponse()).isNull();
    }

    @Test
    void changeTheirImageAndKeepThatOfAVersion() {
        createActive(creation("app:1"));
        desk.publish("app");

        var updated = desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName("app")
                        .imageUri("app:2")
                        .publish(true)
                        .build());

        assertThat(updated.version()).isEqualTo("2");
        assertThat(code("app").imageUri()).isEqualTo("app:2");
        assertThat(code("app:1").imageUri()).isEqualTo("app:1");
        assertThat(code("app:2").imageUri()).isEqualTo("app:2");
    }

    @Test
    void changeNothingInADryRun() {
        var before = createActive(creation("app:1"));

        var checked = desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName("app")
                        .imageUri("app:2")
                        .dryRun(true)
                        .build());

        assertThat(checked.codeSha256()).isNotEqualTo(before.codeSha256());
        assertThat(code("app").imageUri()).isEqualTo("app:1");
    }

    @Test
    void takeNothingOfAZip() {
        var text = "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.";
        refuses(() -> create(creation("app").handler("app.handler")), text);
        refuses(() -> create(creation("app").runtime("python3.12")), text);
        refuses(
                () -> create(creation("app")
                        .code(FunctionCode.builder().zipFile(Zips.of("one")).build())),
                "Please provide ImageUri when creating a function with packageType Image.");
        refuses(
                () -> create(creation("app")
                        .code(FunctionCode.builder()
                                .imageUri("app")
                                .zipFile(Zips.of("one"))
                                .build())),
                "Please don't provide ZipFile or S3Bucket when creating a function with packageType Image.");
        createActive(creation("app"));
        refuses(() -> configure(configuration().runtime("python3.12")), text);
        refuses(() -> configure(configuration().handler("app.handler")), text);
        refuses(
                () -> desk.ask(
                        ApiOperation.UPDATE_FUNCTION_CODE,
                        UpdateFunctionCodeRequest.builder()
                                .functionName("app")
                                .zipFile(Zips.of("one"))
                                .build()),
                "Please provide ImageUri when updating a function with packageType Image.");
    }

    @Test
    void areNamedByTheirPackageType() {
        refuses(
                () -> create(Desk.creation("greet")
                        .code(FunctionCode.builder().imageUri("app").build())),
                "Please provide a source for function code.");
        refuses(
                () -> create(Desk.creation("greet")
                        .code(FunctionCode.builder()
                                .imageUri("app")
                                .zipFile(Zips.of("one"))
                                .build())),
                "Please don't provide ImageUri when creating a function with packageType Zip.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "/app", "app:", "http://registry/app", "app@sha256:12", "host:port/app"})
    void refuseWhatNamesNoImage(String uri) {
        refuses(() -> create(creation(uri)), "Source image " + uri + " is not valid. Provide a valid source image.");
    }

    private FunctionCodeLocation code(String name) {
        return desk.ask(
                        ApiOperation.GET_FUNCTION,
                        GetFunctionRequest.builder().functionName(name).build(),
                        GetFunctionResponse.class)
                .code();
    }

    private static CreateFunctionRequest.Builder creation(String uri) {
        return CreateFunctionRequest.builder()
                .functionName("app")
                .role("arn:aws:iam::123456789012:role/any")
                .packageType("Image")
                .code(FunctionCode.builder().imageUri(uri).build());
    }

    private FunctionConfiguration create(CreateFunctionRequest.Builder request) {
        return desk.ask(ApiOperation.CREATE_FUNCTION, request.build());
    }

    private FunctionConfiguration createActive(CreateFunctionRequest.Builder request) {
        create(request);
        return desk.settled("app");
    }

    private static UpdateFunctionConfigurationRequest.Builder configuration() {
        return UpdateFunctionConfigurationRequest.builder().functionName("app");
    }

    private void configure(UpdateFunctionConfigurationRequest.Builder request) {
        desk.ask(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, request.build());
    }

    private static void refuses(ThrowingCallable request, String message) {
        assertThatThrownBy(request).isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.message())
                .isEqualTo(message));
    }
}
