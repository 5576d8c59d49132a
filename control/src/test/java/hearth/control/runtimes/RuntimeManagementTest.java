package hearth.control.runtimes;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.GetRuntimeManagementConfigRequest;
import hearth.model.api.GetRuntimeManagementConfigResponse;
import hearth.model.api.PutRuntimeManagementConfigRequest;
import hearth.model.api.PutRuntimeManagementConfigResponse;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeManagementTest {
    private static final String GREET = Desk.ARN + "greet";

    @TempDir
    private Path data;

    private Desk desk;
    private String build = "";

    /// A function with version 1 and the alias `live`.
    @BeforeEach
    void open() {
        desk = new Desk(data);
        var shown = desk.createActive("greet").runtimeVersionConfig();
        build = Objects.requireNonNull(Objects.requireNonNull(shown).runtimeVersionArn());
        desk.publish("greet");
        desk.settled("greet");
        desk.ask(
                ApiOperation.CREATE_ALIAS,
                CreateAliasRequest.builder()
                        .functionName("greet")
                        .name("live")
                        .functionVersion("1")
                        .build(),
                AliasConfiguration.class);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void isAutomaticUnlessSet() {
        assertThat(get("greet"))
                .isEqualTo(GetRuntimeManagementConfigResponse.builder()
                        .functionArn(GREET)
                        .updateRuntimeOn("Auto")
                        .build());
    }

    @Test
    void isKeptForEachVersion() {
        var put = put(putting("greet").updateRuntimeOn("FunctionUpdate"));
        put(putting("greet").qualifier("1").updateRuntimeOn("Manual").runtimeVersionArn(build));

        assertThat(put)
                .isEqualTo(PutRuntimeManagementConfigResponse.builder()
                        .functionArn(GREET)
                        .updateRuntimeOn("FunctionUpdate")
                        .build());
        assertThat(get("greet").updateRuntimeOn()).isEqualTo("FunctionUpdate");
        assertThat(get("greet:$LATEST").updateRuntimeOn()).isEqualTo("FunctionUpdate");
        assertThat(get("greet:$LATEST").functionArn()).isEqualTo(GREET + ":$LATEST");
        assertThat(get("greet:1"))
                .isEqualTo(GetRuntimeManagementConfigResponse.builder()
                        .functionArn(GREET + ":1")
                        .updateRuntimeOn("Manual")
                        .runtimeVersionArn(build)
                        .build());
    }

    @Test
    void losesItsBuildWhenItIsNotManualAnyMore() {
        put(putting("greet").updateRuntimeOn("Manual").runtimeVersionArn(build));

        put(putting("greet").updateRuntimeOn("Auto"));

        assertThat(get("greet").runtimeVersionArn()).isNull();
    }

    @Test
    void takesTheBuildThatThereIsAndNoOther() {
        var other = "arn:aws:lambda:eu-north-1::runtime:" + "0".repeat(64);

        refused(
                () -> put(putting("greet").updateRuntimeOn("Manual").runtimeVersionArn(other)),
                ApiError.INVALID_PARAMETER_VALUE,
                "The runtime version " + other + " is not available. Hearth has one for this function: " + build);
        refused(
                () -> put(putting("greet").updateRuntimeOn("Manual")),
                ApiError.INVALID_PARAMETER_VALUE,
                "RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual.");
        refused(
                () -> put(putting("greet").updateRuntimeOn("Auto").runtimeVersionArn(build)),
                ApiError.INVALID_PARAMETER_VALUE,
                "RuntimeVersionArn is only supported when UpdateRuntimeOn is set to Manual.");
        assertThat(get("greet").updateRuntimeOn()).isEqualTo("Auto");
    }

    @Test
    void holdsAFunctionToItsRuntime() {
        put(putting("greet").updateRuntimeOn("Manual").runtimeVersionArn(build));

        refused(
                () -> changeRuntime("python3.13"),
                ApiError.INVALID_PARAMETER_VALUE,
                "Cannot change runtime identifier when runtime management configuration is set to 'Manual'. Change"
                        + " the runtime management configuration to 'Auto' or 'FunctionUpdate', then retry.");
        changeRuntime("python3.12");
        desk.settled("greet");
        put(putting("greet").updateRuntimeOn("Auto"));
        changeRuntime("python3.13");

        assertThat(desk.settled("greet").runtime()).isEqualTo("python3.13");
    }

    private void changeRuntime(String runtime) {
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                UpdateFunctionConfigurationRequest.builder()
                        .functionName("greet")
                        .runtime(runtime)
                        .build());
    }

    @Test
    void refusesWhatIsNoVersion() {
        for (var name : List.of("none", "greet:7", "greet:live")) {
            refused(() -> get(name), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + name);
            refused(
                    () -> put(putting(name).updateRuntimeOn("Auto")),
                    ApiError.RESOURCE_NOT_FOUND,
                    "Function not found: " + Desk.ARN + name);
        }
    }

    private PutRuntimeManagementConfigResponse put(PutRuntimeManagementConfigRequest.Builder request) {
        return desk.ask(
                ApiOperation.PUT_RUNTIME_MANAGEMENT_CONFIG, request.build(), PutRuntimeManagementConfigResponse.class);
    }

    private GetRuntimeManagementConfigResponse get(String name) {
        return desk.ask(
                ApiOperation.GET_RUNTIME_MANAGEMENT_CONFIG,
                GetRuntimeManagementConfigRequest.builder().functionName(name).build(),
                GetRuntimeManagementConfigResponse.class);
    }

    private static PutRuntimeManagementConfigRequest.Builder putting(String name) {
        return PutRuntimeManagementConfigRequest.builder().functionName(name);
    }
}
