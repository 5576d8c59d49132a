package hearth.conformance;

import static hearth.conformance.TestServer.ROLE;
import static hearth.conformance.TestServer.lambda;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartException;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.SnapStartTimeoutException;
import software.amazon.awssdk.services.lambda.model.State;

/// Published versions under SnapStart: initialised when they are published, restored for their first invocation.
class SnapStartTest {
    private static final String PYTHON = """
            import os, time
            from snapshot_restore_py import register_after_restore, register_before_snapshot

            said = ["init " + os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], str("AWS_LAMBDA_LOG_GROUP_NAME" in os.environ)]
            how = os.environ.get("HOW")
            if how == "init" and "snap-start" in said[0]:
                raise RuntimeError("as told")

            @register_before_snapshot
            def first():
                if how == "before":
                    raise ValueError("as told")
                said.append("before 1")

            register_before_snapshot(said.append, "before 2")

            @register_after_restore
            def third():
                if how == "after":
                    raise ValueError("as told")
                if how == "exit":
                    os._exit(3)
                if how == "slow":
                    time.sleep(30)
                said.append("after 1")

            register_after_restore(lambda word, times: said.append(word * times), "after ", times=2)

            def handler(event, context):
                return said
            """;

    private static String create(String how) {
        var name = TestServer.name("snap");
        lambda().createFunction(r -> r.functionName(name)
                .runtime(InstalledRuntimes.any("python3.12", "python3.13", "python3.14"))
                .handler("app.handler")
                .role(ROLE)
                .timeout(20)
                .code(c -> c.zipFile(Zips.of("app.py", PYTHON)))
                .environment(e -> e.variables(Map.of("HOW", how)))
                .snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS)));
        lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return name;
    }

    private static GetFunctionConfigurationResponse one(String name) {
        return lambda().getFunctionConfiguration(r -> r.functionName(name).qualifier("1"));
    }

    private static void publish(String name) {
        assertThat(lambda().publishVersion(r -> r.functionName(name)).state()).isEqualTo(State.PENDING);
        lambda().waiter()
                .waitUntilPublishedVersionActive(r -> r.functionName(name).qualifier("1"));
    }

    private static InvokeResponse invoke(String name) {
        return lambda().invoke(r -> r.functionName(name).qualifier("1").logType(LogType.TAIL));
    }

    private static String log(InvokeResponse response) {
        return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
    }

    @Test
    void restoresForTheFirstInvocationWhatWasInitialisedAhead() {
        var name = create("well");
        publish(name);

        var first = invoke(name);
        var second = invoke(name);

        assertThat(one(name).snapStart().optimizationStatus()).isEqualTo(SnapStartOptimizationStatus.ON);
        assertThat(first.payload().asUtf8String())
                .isEqualTo(
                        "[\"init snap-start\", \"False\", \"before 2\", \"before 1\", \"after 1\", \"after after \"]");
        assertThat(log(first))
                .containsPattern(
                        "RESTORE_START Runtime Version: python:3.*\nRESTORE_REPORT Restore Duration: [0-9.]+ ms\nSTART ")
                .containsPattern("\tRestore Duration: [0-9.]+ ms\tBilled Restore Duration: [0-9]+ ms\t")
                .doesNotContain("Init Duration");
        assertThat(log(second)).startsWith("START ").doesNotContain("RESTORE", "Restore");
        assertThat(second.payload().asUtf8String()).isEqualTo(first.payload().asUtf8String());
    }

    @Test
    void leavesTheUnpublishedVersionAsItIs() {
        var name = create("well");

        assertThat(TestServer.invoke(name, "{}").payload().asUtf8String()).isEqualTo("[\"init on-demand\", \"True\"]");
        assertThat(lambda().getFunctionConfiguration(r -> r.functionName(name))
                        .snapStart()
                        .optimizationStatus())
                .isEqualTo(SnapStartOptimizationStatus.OFF);
    }

    @ParameterizedTest
    @ValueSource(strings = {"init", "before"})
    void failsAVersionThatDoesNotInitialise(String how) {
        var name = create(how);
        lambda().publishVersion(r -> r.functionName(name));

        Await.until("it is Failed", () -> one(name).state() == State.FAILED);

        assertThat(one(name).stateReasonCodeAsString()).isEqualTo("FunctionError");
        assertThat(one(name).snapStart().optimizationStatus()).isEqualTo(SnapStartOptimizationStatus.OFF);
        assertThatThrownBy(() -> invoke(name))
                .isInstanceOf(ResourceConflictException.class)
                .hasMessageContaining("in the following state: Failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"after", "exit"})
    void tellsWhoInvokesThatWhatFollowsTheRestoreFailed(String how) {
        var name = create(how);
        publish(name);

        assertThatThrownBy(() -> invoke(name)).isInstanceOf(SnapStartException.class);
        assertThatThrownBy(() -> invoke(name)).as("another environment").isInstanceOf(SnapStartException.class);
    }

    @Test
    void givesWhatFollowsTheRestoreTenSeconds() {
        var name = create("slow");
        publish(name);

        assertThatThrownBy(() -> invoke(name)).isInstanceOf(SnapStartTimeoutException.class);
    }

    @Test
    void callsTheHooksOfCoordinatedRestoreInJava() {
        var runtime = List.of("java17", "java21", "java25").stream()
                .filter(InstalledRuntimes::has)
                .findFirst();
        InstalledRuntimes.assume(runtime.orElse("java17"));
        var name = TestServer.name("snap");
        var created = lambda().createFunction(r -> r.functionName(name)
                .runtime(runtime.orElseThrow())
                .handler("app.Restored::handle")
                .role(ROLE)
                .timeout(20)
                .memorySize(512)
                .publish(true)
                .code(c -> c.zipFile(CracFunction.zip()))
                .snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS)));
        assertThat(created.state()).isEqualTo(State.PENDING);
        lambda().waiter()
                .waitUntilPublishedVersionActive(r -> r.functionName(name).qualifier("1"));

        var answer = invoke(name);

        assertThat(answer.payload().asUtf8String()).isEqualTo("\"init snap-start, before, after\"");
        assertThat(log(answer)).contains("RESTORE_START Runtime Version: java:", "Restore Duration: ");
        assertThat(lambda().listVersionsByFunction(r -> r.functionName(name)).versions())
                .extracting(FunctionConfiguration::version)
                .containsExactly("$LATEST", "1");
    }
}
