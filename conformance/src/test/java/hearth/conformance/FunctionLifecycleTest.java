package hearth.conformance;

import static hearth.conformance.TestServer.ROLE;
import static hearth.conformance.TestServer.invoke;
import static hearth.conformance.TestServer.lambda;
import static hearth.conformance.TestServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.State;

/// A function's life through the AWS SDK for Java, which checks what it reads against the API's model.
class FunctionLifecycleTest {
    private static final String ECHO = "def handler(event, context):\n    return event\n";

    @Test
    void isCreatedPendingAndBecomesActive() {
        var name = TestServer.name("life");

        var created = lambda().createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(ROLE)
                .code(c -> c.zipFile(Zips.of("app.py", ECHO))));
        var active = lambda().waiter()
                .waitUntilFunctionActiveV2(r -> r.functionName(name))
                .matched()
                .response()
                .orElseThrow()
                .configuration();

        assertThat(created.state()).isEqualTo(State.PENDING);
        assertThat(created.stateReason()).isEqualTo("The function is being created.");
        assertThat(created.functionArn()).isEqualTo("arn:aws:lambda:eu-west-1:000000000000:function:" + name);
        assertThat(created.timeout()).isEqualTo(3);
        assertThat(created.memorySize()).isEqualTo(128);
        assertThat(active.state()).isEqualTo(State.ACTIVE);
        assertThat(active.lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
        assertThat(active.revisionId()).isNotEqualTo(created.revisionId());
        assertThat(active.codeSha256()).isEqualTo(created.codeSha256());
    }

    @Test
    void answersWhatTheHandlerReturned() {
        var function = python(ECHO);

        var response = invoke(function, "{\"text\": \"Grüße\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.functionError()).isNull();
        assertThat(response.executedVersion()).isEqualTo("$LATEST");
        assertThat(response.payload().asUtf8String()).isEqualTo("{\"text\": \"Gr\\u00fc\\u00dfe\"}");
    }

    @Test
    void runsTheNewCodeAfterAnUpdate() {
        var function = python("def handler(event, context):\n    return 'old'\n");
        invoke(function, "{}");

        lambda().updateFunctionCode(r ->
                r.functionName(function).zipFile(Zips.of("app.py", "def handler(e, c):\n    return 'new'\n")));
        lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(function));

        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("\"new\"");
    }

    @Test
    void seesItsNewEnvironmentAfterAConfigurationUpdate() {
        var function = python("import os\ndef handler(e, c):\n    return os.environ.get('COLOUR')\n");
        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("null");

        lambda().updateFunctionConfiguration(
                        r -> r.functionName(function).environment(e -> e.variables(Map.of("COLOUR", "green"))));
        lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(function));

        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("\"green\"");
    }

    @Test
    void keepsAPublishedVersionAsItWas() {
        var function = python("def handler(event, context):\n    return context.function_version\n");

        var published = lambda().publishVersion(r -> r.functionName(function));
        lambda().waiter()
                .waitUntilPublishedVersionActive(r -> r.functionName(function).qualifier("1"));
        lambda().updateFunctionCode(r ->
                r.functionName(function).zipFile(Zips.of("app.py", "def handler(e, c):\n    return 'new'\n")));
        lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(function));
        var byVersion = lambda().invoke(r -> r.functionName(function).qualifier("1"));

        assertThat(published.version()).isEqualTo("1");
        assertThat(byVersion.payload().asUtf8String()).isEqualTo("\"1\"");
        assertThat(byVersion.executedVersion()).isEqualTo("1");
        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("\"new\"");
        assertThat(lambda().listVersionsByFunction(r -> r.functionName(function))
                        .versions())
                .extracting(FunctionConfiguration::version)
                .containsExactly("$LATEST", "1");
    }

    @Test
    void isListedPageByPageInItsRegionAlone() {
        try (var stockholm = Clients.lambda(TestServer.endpoint(), "test", "test", Region.EU_NORTH_1)) {
            var names = IntStream.range(0, 7)
                    .mapToObj(i -> TestServer.name("listed"))
                    .toList();
            for (var name : names) {
                stockholm.createFunction(r -> r.functionName(name)
                        .runtime("python3.11")
                        .handler("app.handler")
                        .role(ROLE)
                        .code(c -> c.zipFile(Zips.of("app.py", ECHO))));
            }

            var listed = stockholm.listFunctionsPaginator(r -> r.maxItems(3)).functions().stream()
                    .map(FunctionConfiguration::functionName)
                    .toList();

            assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
            assertThatThrownBy(() -> lambda().getFunction(r -> r.functionName(names.getFirst())))
                    .isInstanceOf(ResourceNotFoundException.class);
        }
    }

    @Test
    void isGoneAfterItsDeletion() {
        var function = python(ECHO);
        invoke(function, "{}");

        lambda().deleteFunction(r -> r.functionName(function));

        assertThatThrownBy(() -> invoke(function, "{}"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining(
                        "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:" + function + ":$LATEST");
        assertThatThrownBy(() -> lambda().getFunction(r -> r.functionName(function)))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining(
                        "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:" + function + " ");
    }

    @Test
    void cannotBeCreatedTwice() {
        var function = python(ECHO);

        assertThatThrownBy(() -> lambda().createFunction(r -> r.functionName(function)
                        .runtime("python3.11")
                        .handler("app.handler")
                        .role(ROLE)
                        .code(c -> c.zipFile(Zips.of("app.py", ECHO)))))
                .isInstanceOf(ResourceConflictException.class)
                .hasMessageContaining("Function already exist: " + function);
    }

    @Test
    void refusesAnUpdateOfAnotherRevision() {
        var function = python(ECHO);

        assertThatThrownBy(() -> lambda().updateFunctionConfiguration(r ->
                        r.functionName(function).timeout(9).revisionId("00000000-0000-0000-0000-000000000000")))
                .isInstanceOf(PreconditionFailedException.class)
                .hasMessageContaining("The Revision Id provided does not match the latest Revision Id.");
    }

    @Test
    void refusesAPayloadThatIsNotJson() {
        var function = python(ECHO);

        assertThatThrownBy(() -> invoke(function, "not json"))
                .isInstanceOf(InvalidRequestContentException.class)
                .hasMessageContaining("Could not parse request body into json: Could not parse payload into json: "
                        + "Unrecognized token 'not'");
    }

    @Test
    void givesTheTailOfTheLog() {
        var function = python("def handler(e, c):\n    print('a word in the log')\n");

        var response = lambda().invoke(r -> r.functionName(function).logType(LogType.TAIL));

        var log = SdkBytes.fromByteArray(java.util.Base64.getDecoder().decode(response.logResult()))
                .asUtf8String();
        var lines = log.split("\n");
        var requestId = response.responseMetadata().requestId();
        assertThat(lines[0]).isEqualTo("START RequestId: " + requestId + " Version: $LATEST");
        assertThat(lines[1]).isEqualTo("a word in the log");
        assertThat(lines[2]).isEqualTo("END RequestId: " + requestId);
        assertThat(lines[3])
                .matches("REPORT RequestId: " + requestId
                        + "\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB\t"
                        + "Max Memory Used: \\d+ MB\tInit Duration: \\d+\\.\\d\\d ms\t");
    }

    @Test
    void checksADryRunAndRunsNothing() {
        var function = python("raise Exception('must not run')\n");

        var response = lambda().invoke(r -> r.functionName(function).invocationType(InvocationType.DRY_RUN));

        assertThat(response.statusCode()).isEqualTo(204);
    }

    @Test
    void isInvokedByEveryFormOfItsName() {
        var function = python("def handler(e, c):\n    return c.invoked_function_arn\n");
        var arn = "arn:aws:lambda:eu-west-1:000000000000:function:" + function;

        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo('"' + arn + '"');
        assertThat(invoke(arn, "{}").payload().asUtf8String()).isEqualTo('"' + arn + '"');
        assertThat(invoke("000000000000:function:" + function, "{}").payload().asUtf8String())
                .isEqualTo('"' + arn + '"');
        assertThat(invoke(function + ":$LATEST", "{}").payload().asUtf8String()).isEqualTo('"' + arn + ":$LATEST\"");
    }

    @Test
    void handsTheClientContextToTheFunction() {
        var function = python("def handler(e, c):\n    return c.client_context.custom['colour']\n");
        var context = java.util.Base64.getEncoder()
                .encodeToString("{\"custom\":{\"colour\":\"blue\"}}".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        var response = lambda().invoke(r -> r.functionName(function).clientContext(context));

        assertThat(response.payload().asUtf8String()).isEqualTo("\"blue\"");
    }

    @Test
    void reusesItsEnvironmentAndNeverAnothersOne() {
        var source = "count = 0\ndef handler(e, c):\n    global count\n    count += 1\n    return count\n";
        var first = python(source);
        var second = python(source);

        assertThat(invoke(first, "{}").payload().asUtf8String()).isEqualTo("1");
        assertThat(invoke(first, "{}").payload().asUtf8String()).isEqualTo("2");
        assertThat(invoke(second, "{}").payload().asUtf8String()).isEqualTo("1");
    }

    @Test
    void servesManyRequestsAtOnce() throws Exception {
        var function = TestServer.create(
                "python3.11",
                "app.handler",
                Zips.of("app.py", "import time\ndef handler(e, c):\n    time.sleep(0.5)\n    return e\n"),
                20);

        try (var callers = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 30)
                    .mapToObj(i -> callers.submit(() ->
                            invoke(function, Integer.toString(i)).payload().asUtf8String()))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(Integer.toString(i));
            }
        }
    }
}
