package hearth.control;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.operation.ControlLimits;
import hearth.model.ApiError;
import hearth.model.Bytes;
import hearth.model.api.ApiOperation;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.UpdateFunctionCodeRequest;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An account that may keep three packages.
class CodeStorageTest {
    private static final byte[] ZIP = Zips.of("one");

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data, ControlLimits.DEFAULT.withCodeStorage(new Bytes(3L * ZIP.length)));
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void isFullWhenFunctionsAndVersionsReachTheLimit() {
        desk.createActive("one");
        desk.createActive("two");
        desk.publish("one");

        refuses(() -> desk.create("three"));
        refuses(() -> desk.publish("two"));
        refuses(() -> update("two", true));
        assertThat(desk.publish("one").version()).as("nothing new to keep").isEqualTo("1");
        assertThat(update("two", false).codeSize()).isEqualTo((long) ZIP.length);
    }

    @Test
    void countsAFunctionThatIsPublishedAtOnceTwice() {
        desk.createActive("one");
        desk.createActive("two");
        var published = Desk.creation("three")
                .code(FunctionCode.builder().zipFile(ZIP).build())
                .publish(true)
                .build();

        refuses(() -> desk.ask(ApiOperation.CREATE_FUNCTION, published));
        desk.create("three");
    }

    @Test
    void hasRoomAgainAfterADeletion() {
        for (int i = 0; i < 10; i++) {
            desk.createActive("one");
            desk.publish("one");
            desk.createActive("two");
            refuses(() -> desk.create("three"));
            delete("one");
            delete("two");
        }
    }

    private FunctionConfiguration update(String name, boolean publish) {
        return desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName(name)
                        .zipFile(ZIP)
                        .publish(publish)
                        .build());
    }

    private void delete(String name) {
        desk.ask(
                ApiOperation.DELETE_FUNCTION,
                DeleteFunctionRequest.builder().functionName(name).build(),
                DeleteFunctionResponse.class);
    }

    private static void refuses(ThrowingCallable call) {
        refused(call, ApiError.CODE_STORAGE_EXCEEDED, "Code storage limit exceeded.");
    }
}
