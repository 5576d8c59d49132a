package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.ShardId;
import hearth.worker.endpoints.ApiEntrance;
import hearth.worker.endpoints.FunctionEndpoints;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.endpoints.Relays;
import hearth.worker.logs.LogStreamName;
import hearth.worker.runtimes.ChannelUse;
import hearth.worker.runtimes.InstalledRuntime;
import hearth.worker.runtimes.StartCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionVariablesTest {
    private static final FunctionId FUNCTION =
            new FunctionId(new AccountId("123456789012"), new Region("eu-north-1"), "greet");
    private static final InstalledRuntime PYTHON = new InstalledRuntime(
            "python3.12",
            "3.12.1",
            "/usr/bin/python3.12",
            List.of(),
            new StartCommand.Fixed(List.of("python")),
            Map.of("PYTHONPATH", "/var/runtime"),
            ChannelUse.RUNTIME_API,
            Optional.empty());

    @Test
    void tellsTheFunctionWhatItIs() {
        assertThat(variables(Map.of()))
                .containsEntry("AWS_LAMBDA_FUNCTION_NAME", "greet")
                .containsEntry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
                .containsEntry("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
                .containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_python3.12")
                .containsEntry("AWS_REGION", "eu-north-1")
                .containsEntry("AWS_ACCESS_KEY_ID", "123456789012")
                .containsEntry("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.2:9001")
                .containsEntry("PYTHONPATH", "/var/runtime")
                .containsEntry("_HANDLER", "app.handler");
    }

    @Test
    void letsTheCustomerChangeWhatMayBeChanged() {
        assertThat(variables(Map.of("TZ", "Europe/Oslo", "PYTHONPATH", "/opt/p", "AWS_REGION", "x", "_HANDLER", "y")))
                .containsEntry("TZ", "Europe/Oslo")
                .containsEntry("PYTHONPATH", "/opt/p")
                .containsEntry("AWS_REGION", "eu-north-1")
                .containsEntry("_HANDLER", "app.handler");
    }

    @Test
    void letsTheCustomerNameOtherEndpoints() {
        assertThat(variables(Map.of("AWS_ENDPOINT_URL_LAMBDA", "http://elsewhere")))
                .containsEntry("AWS_ENDPOINT_URL_LAMBDA", "http://elsewhere");
        assertThat(variables(Map.of("AWS_ENDPOINT_URL", "http://elsewhere")))
                .containsEntry("AWS_ENDPOINT_URL", "http://elsewhere")
                .doesNotContainKey("AWS_ENDPOINT_URL_LAMBDA");
    }

    @ParameterizedTest
    @CsvSource({
        "/opt/x,/opt/x:/var/lang/lib",
        "'',/var/lang/lib",
        "/opt/x:/var/lang/lib:/y,/opt/x:/var/lang/lib:/y",
        "/var/lang/lib64,/var/lang/lib64:/var/lang/lib",
    })
    void keepsTheInterpretersLibrariesInReach(String given, String expected) {
        assertThat(variables(Map.of("LD_LIBRARY_PATH", given))).containsEntry("LD_LIBRARY_PATH", expected);
    }

    private static Map<String, String> variables(Map<String, String> customers) {
        var version = new FunctionVersion(
                FUNCTION,
                "$LATEST",
                1,
                FunctionState.ACTIVE,
                "python3.12",
                "app.handler",
                new CodeDigest("0".repeat(64)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                customers,
                "arn:aws:iam::123456789012:role/any",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/greet",
                "INFO",
                "INFO",
                Optional.empty());
        var spec = new EnvironmentSpec(
                EnvironmentId.of(0, 1, new ShardId(0)), version, null, InitializationType.ON_DEMAND);
        var endpoints = FunctionEndpoints.of(ServiceEndpoints.NONE, 0);
        return new FunctionVariables(new FunctionReach(
                        endpoints, ApiEntrance.CLOSED, new Relays(1, Duration.ofMinutes(1), MemoryBudget.unlimited())))
                .of(
                        spec,
                        PYTHON,
                        LogStreamName.of(version, spec.id(), Instant.EPOCH),
                        "127.0.0.1:9001",
                        true,
                        CredentialIssuer.PLACEHOLDERS.issue(spec));
    }
}
