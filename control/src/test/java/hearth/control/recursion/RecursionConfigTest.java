package hearth.control.recursion;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.ApiOperation;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.GetFunctionRecursionConfigRequest;
import hearth.model.api.GetFunctionRecursionConfigResponse;
import hearth.model.api.PutFunctionRecursionConfigRequest;
import hearth.model.api.PutFunctionRecursionConfigResponse;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecursionConfigTest {
    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void endsLoopsUnlessTheyAreAllowed() {
        assertThat(get("greet")).isEqualTo("Terminate");

        assertThat(put("greet", "Allow")).isEqualTo("Allow");
        assertThat(get("greet")).isEqualTo("Allow");

        put("greet", "Terminate");
        assertThat(get("greet")).isEqualTo("Terminate");
    }

    @Test
    void goesWithItsFunction() {
        put("greet", "Allow");
        desk.control.handle(
                ApiOperation.DELETE_FUNCTION,
                Desk.CALLER,
                DeleteFunctionRequest.builder().functionName("greet").build());
        desk.createActive("greet");

        assertThat(get("greet")).isEqualTo("Terminate");
    }

    @Test
    void refusesFunctionsThatAreNotThere() {
        var missing = "Function not found: " + Desk.ARN + "none";

        refused(() -> get("none"), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(() -> put("none", "Allow"), ApiError.RESOURCE_NOT_FOUND, missing);
    }

    private @Nullable String put(String name, String recursiveLoop) {
        return desk.ask(
                        ApiOperation.PUT_FUNCTION_RECURSION_CONFIG,
                        PutFunctionRecursionConfigRequest.builder()
                                .functionName(name)
                                .recursiveLoop(recursiveLoop)
                                .build(),
                        PutFunctionRecursionConfigResponse.class)
                .recursiveLoop();
    }

    private @Nullable String get(String name) {
        return desk.ask(
                        ApiOperation.GET_FUNCTION_RECURSION_CONFIG,
                        GetFunctionRecursionConfigRequest.builder()
                                .functionName(name)
                                .build(),
                        GetFunctionRecursionConfigResponse.class)
                .recursiveLoop();
    }
}
