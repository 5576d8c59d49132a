package hearth.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.counting.ThrottleReason;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.worker.InvocationOutcome;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InvocationMetricsTest {
    private static final InvocationOutcome ANSWERED =
            new InvocationOutcome.Answered(new byte[0], "application/json", null);
    private static final InvocationOutcome FAILED = new InvocationOutcome.Failed(new byte[0], "Unhandled", null);

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final InvocationMetrics metrics = new InvocationMetrics(registry, 2);

    @Test
    void countsWhatFunctionsAnswerAndWhatFails() throws IOException {
        metrics.ended(version("mail"), ANSWERED, Duration.ofMillis(7).toNanos());
        metrics.ended(version("mail"), FAILED, Duration.ofMillis(20).toNanos());
        metrics.ended(version("mail"), FAILED, Duration.ofSeconds(3).toNanos());
        metrics.ended(version("mail"), new InvocationOutcome.Refused("gone"), 1);

        assertThat(scrape())
                .contains(
                        "faas_invocations_total" + labels("mail") + " 1.0",
                        "faas_errors_total" + labels("mail") + " 2.0",
                        "faas_timeouts_total" + labels("mail") + " 1.0",
                        "faas_invoke_duration_seconds_count" + labels("mail") + " 3",
                        "faas_invoke_duration_seconds_bucket" + labels("mail", ",le=\"0.01\"") + " 1",
                        "faas_invoke_duration_seconds_bucket" + labels("mail", ",le=\"5.0\"") + " 3");
    }

    @Test
    void countsWaitsColdStartsThrottlesAndRecursion() throws IOException {
        metrics.assigned(version("mail").function(), Duration.ofMillis(30).toNanos());
        metrics.initialized(version("mail").function(), Duration.ofMillis(40));
        metrics.throttled(version("mail").function(), ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        metrics.recursionStopped(version("mail").function());
        new EventMetrics(registry, metrics).recursionStopped(version("mail").function());
        metrics.defect();

        assertThat(scrape())
                .contains(
                        "hearth_invoke_defects_total 1.0",
                        "hearth_queue_wait_seconds_bucket{le=\"0.05\"} 1",
                        "hearth_queue_wait_seconds_bucket{le=\"0.025\"} 0",
                        "faas_coldstarts_total" + labels("mail") + " 1.0",
                        "lambda_recursive_invocations_dropped_total" + labels("mail") + " 2.0",
                        "faas_init_duration_seconds_sum" + labels("mail") + " 0.04",
                        "lambda_throttles_total{reason=\"ConcurrentInvocationLimitExceeded\"} 1.0");
    }

    @Test
    void namesOnlySoManyFunctions() throws IOException {
        for (var name : List.of("first", "second", "third", "fourth", "first")) {
            metrics.ended(version(name), ANSWERED, 1);
        }

        assertThat(scrape())
                .contains(
                        "faas_invocations_total" + labels("first") + " 2.0",
                        "faas_invocations_total" + labels("second") + " 1.0",
                        "faas_invocations_total{cloud_account_id=\"\",cloud_region=\"\",faas_name=\"\"} 2.0")
                .noneMatch(line -> line.contains("third") || line.contains("fourth"));
    }

    private static String labels(String name) {
        return labels(name, "");
    }

    private static String labels(String name, String more) {
        return "{cloud_account_id=\"123456789012\",cloud_region=\"us-east-1\",faas_name=\"" + name + "\"" + more + "}";
    }

    private List<String> scrape() throws IOException {
        var text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        return text.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static FunctionVersion version(String name) {
        return new FunctionVersion(
                new FunctionId(new AccountId("123456789012"), new Region("us-east-1"), name),
                FunctionId.LATEST,
                1,
                FunctionState.ACTIVE,
                "python3.11",
                "app.handler",
                new CodeDigest("0".repeat(64)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/r",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/" + name,
                "INFO",
                "INFO",
                Optional.empty());
    }
}
