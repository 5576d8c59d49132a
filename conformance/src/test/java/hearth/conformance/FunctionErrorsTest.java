package hearth.conformance;

import static hearth.conformance.TestServer.invoke;
import static hearth.conformance.TestServer.lambda;
import static hearth.conformance.TestServer.python;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Yardstick;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;

/// What a caller sees when the function fails: HTTP 200, `Unhandled`, and AWS's payload.
class FunctionErrorsTest {
    @Test
    void anExceptionIsAnsweredWithItsTypeMessageAndStack() {
        var function = python("def handler(e, c):\n    raise ValueError('no such luck')\n");

        var response = invoke(function, "{}");

        assertFailed(response);
        assertThat(response.payload().asUtf8String())
                .contains("\"errorMessage\": \"no such luck\"")
                .contains("\"errorType\": \"ValueError\"")
                .contains("\"requestId\": \"" + response.responseMetadata().requestId() + "\"")
                .contains("File \\\"/var/task/app.py\\\", line 2, in handler");
    }

    @Test
    void theEnvironmentSurvivesAnException() {
        var function = python("count = 0\ndef handler(e, c):\n    global count\n    count += 1\n    if e == 'fail':\n"
                + "        raise ValueError(str(count))\n    return count\n");

        invoke(function, "\"fail\"");

        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("2");
    }

    @Test
    void aFunctionThatTakesTooLongIsStoppedAndStartsAfreshWithItsTmp() {
        int timeout = Yardstick.seconds(1);
        var function = TestServer.create(
                "python3.11",
                "app.handler",
                Zips.of(
                        "app.py",
                        "import time, os\ncount = 0\ndef handler(e, c):\n    global count\n    count += 1\n"
                                + "    if e == 'hang':\n        open('/tmp/kept', 'w').close()\n        time.sleep(60)\n"
                                + "    return [count, os.path.exists('/tmp/kept')]\n"),
                timeout);

        var response = lambda().invoke(r -> r.functionName(function)
                .payload(SdkBytes.fromUtf8String("\"hang\""))
                .logType(LogType.TAIL));

        assertFailed(response);
        var requestId = response.responseMetadata().requestId();
        assertThat(response.payload().asUtf8String())
                .isEqualTo("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " + requestId
                        + " Error: Task timed out after " + timeout + ".00 seconds\"}");
        assertThat(new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8))
                .contains(requestId + " Task timed out after " + timeout + ".00 seconds");
        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("[1, true]");
    }

    @Test
    void anExitIsAnsweredWithItsStatus() {
        var function = python("import os\ndef handler(e, c):\n    os._exit(e)\n");

        assertThat(error(invoke(function, "0"))).isEqualTo("Runtime exited without providing a reason");
        assertThat(error(invoke(function, "3"))).isEqualTo("Runtime exited with error: exit status 3");
    }

    /// As AWS's nodejs22.x does by issue 392 of aws-lambda-base-images.
    @ParameterizedTest
    @ValueSource(strings = {"nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x", "nodejs26.x"})
    void aRejectionThatNobodyAwaitsIsLoggedBehindTheAnswerAndNeverMetByTheNextCaller(String runtime) {
        InstalledRuntimes.assume(runtime);
        var code = "async function reject() { throw new Error('nobody awaits this'); }\n"
                + "export const handler = async () => { reject(); return 'fine'; };";
        var function = TestServer.create(runtime, "index.handler", Zips.of("index.mjs", code), 10);

        for (int i = 0; i < 4; i++) {
            var response = lambda().invoke(r -> r.functionName(function).logType(LogType.TAIL));

            assertThat(response.payload().asUtf8String()).isEqualTo("\"fine\"");
            assertThat(response.functionError()).isNull();
            assertThat(new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8))
                    .contains(response.responseMetadata().requestId() + "\tERROR\tUnhandled Promise Rejection")
                    .contains("nobody awaits this");
        }
    }

    @Test
    void tooMuchMemoryIsAnsweredAsAKill() {
        var function = TestServer.create(
                "python3.11",
                "app.handler",
                Zips.of("app.py", "def handler(e, c):\n    return len(bytearray(e << 20))\n"),
                60,
                128);

        assertThat(invoke(function, "20").payload().asUtf8String()).isEqualTo(Integer.toString(20 << 20));
        assertThat(error(invoke(function, "500"))).isEqualTo("Runtime exited with error: signal: killed");
        assertThat(invoke(function, "20").payload().asUtf8String()).isEqualTo(Integer.toString(20 << 20));
    }

    @Test
    void aFailedInitialisationIsAnsweredByTheFirstInvocation() {
        var function = python("import nothing_of_that_name\ndef handler(e, c):\n    return 1\n");

        var response = invoke(function, "{}");

        assertFailed(response);
        assertThat(response.payload().asUtf8String())
                .contains("\"errorType\": \"Runtime.ImportModuleError\"")
                .contains("Unable to import module 'app': No module named 'nothing_of_that_name'");
    }

    @Test
    void aResponseThatIsTooLargeIsRefusedAndTheEnvironmentSurvives() {
        var function = python("count = 0\ndef handler(e, c):\n    global count\n    count += 1\n"
                + "    return 'x' * (6 * 1024 * 1024 + 200) if e == 'large' else count\n");

        // With its log, so that the answer comes when the environment is free again, and no other is needed.
        var response = lambda().invoke(r -> r.functionName(function)
                .payload(SdkBytes.fromUtf8String("\"large\""))
                .logType(LogType.TAIL));

        assertFailed(response);
        assertThat(response.payload().asUtf8String())
                .isEqualTo("{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size "
                        + "(6291556 bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}");
        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("2");
    }

    @Test
    void aMissingBootstrapIsAnInvalidEntrypoint() {
        var function = TestServer.create("provided.al2023", "x", Zips.of("readme.txt", "no bootstrap here"), 3);

        var response = invoke(function, "{}");

        assertFailed(response);
        assertThat(response.payload().asUtf8String())
                .contains("\"errorType\":\"Runtime.InvalidEntrypoint\"")
                .contains("Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
    }

    @Test
    void aLargePayloadGoesThereAndBack() {
        var function = python("def handler(e, c):\n    return e\n");
        var payload = '"' + "y".repeat(6_291_456 - 2) + '"';

        assertThat(invoke(function, payload).payload().asUtf8String()).isEqualTo(payload);
    }

    private static void assertFailed(InvokeResponse response) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.functionError()).isEqualTo("Unhandled");
    }

    /// The text after `RequestId: … Error: ` of a runtime that ended.
    private static String error(InvokeResponse response) {
        assertFailed(response);
        var payload = response.payload().asUtf8String();
        assertThat(payload)
                .startsWith("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: "
                        + response.responseMetadata().requestId() + " Error: ");
        return payload.substring(payload.indexOf("Error: ") + 7, payload.length() - 2);
    }
}
