package hearth.control.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiOperation;
import hearth.model.api.FunctionScalingConfig;
import hearth.model.api.GetFunctionScalingConfigRequest;
import hearth.model.api.PutFunctionScalingConfigRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalingConfigTest {
    @TempDir
    private Path data;

    private Desk desk;

    /// A function with version 1.
    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("greet");
        desk.publish("greet");
        desk.settled("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void isNotForFunctionsWithoutACapacityProvider() {
        for (var qualifier : List.of("1", "$LATEST.PUBLISHED")) {
            for (var refusal : List.of(put("greet", qualifier), get("greet", qualifier))) {
                assertThat(refusal)
                        .hasMessage("The function provided by the arn does not contain a capacity provider"
                                + " configuration");
                assertThat(refusal.error()).isEqualTo(ApiError.ACCESS_DENIED);
            }
        }
    }

    @Test
    void refusesWhatIsNotThere() {
        for (var refusal : List.of(put("greet", "7"), get("greet", "7"))) {
            assertThat(refusal).hasMessage("Function not found: " + Desk.ARN + "greet:7");
            assertThat(refusal.error()).isEqualTo(ApiError.RESOURCE_NOT_FOUND);
        }
        assertThat(get("none", "$LATEST.PUBLISHED"))
                .hasMessage("Function not found: " + Desk.ARN + "none:$LATEST.PUBLISHED");
    }

    private ApiException put(String name, String qualifier) {
        var request = PutFunctionScalingConfigRequest.builder()
                .functionName(name)
                .qualifier(qualifier)
                .functionScalingConfig(FunctionScalingConfig.builder()
                        .minExecutionEnvironments(1)
                        .maxExecutionEnvironments(2)
                        .build())
                .build();
        return catchThrowableOfType(
                ApiException.class,
                () -> desk.control.handle(ApiOperation.PUT_FUNCTION_SCALING_CONFIG, Desk.CALLER, request));
    }

    private ApiException get(String name, String qualifier) {
        var request = GetFunctionScalingConfigRequest.builder()
                .functionName(name)
                .qualifier(qualifier)
                .build();
        return catchThrowableOfType(
                ApiException.class,
                () -> desk.control.handle(ApiOperation.GET_FUNCTION_SCALING_CONFIG, Desk.CALLER, request));
    }
}
