package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.LogFormat;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCommand;
import hearth.worker.code.TestZip;
import hearth.worker.logs.LogEvent;
import hearth.worker.sandbox.SandboxKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a worker promises, with every kind of sandbox: the subclasses choose one.
@TestInstance(Lifecycle.PER_CLASS)
abstract class LocalWorkerTest {
    private final SandboxKind kind;

    private Path directory = Path.of("/nowhere");
    TestWorker host;

    LocalWorkerTest(SandboxKind kind) {
        this.kind = kind;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        this.directory = directory;
        host = new TestWorker(kind, directory);
    }

    @AfterAll
    void end() {
        if (host != null) {
            host.close();
        }
    }

    private TestEnvironment ready(String name, Map<String, String> variables, Duration timeout) throws Exception {
        var function = TestWorker.withTimeout(host.scripted(name, variables), timeout);
        return host.start(function).await("ready");
    }

    private TestEnvironment ready(String name, Map<String, String> variables) throws Exception {
        return host.start(host.scripted(name, variables)).await("ready");
    }

    TestEnvironment ready(String name) throws Exception {
        return ready(name, Map.of());
    }

    @Test
    void answersWithWhatTheRuntimePosted() throws Exception {
        var environment = ready("answers");

        var first = environment.invoke("[\"count\",\"respond  {\\\"a\\\" : 1}\"]");
        var second = environment.call("[\"count\"]");

        assertThat(first).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(answered.payload()).asString(StandardCharsets.UTF_8).isEqualTo(" {\"a\" : 1}");
            assertThat(answered.contentType()).isEqualTo("application/json");
            assertThat(answered.logTail()).isNull();
        });
        assertThat(second).isEqualTo("[2]");
    }

    @Test
    void runsTheBootstrapOfTheLastLayerThatHasOne() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs /usr/bin/python3");
        var code = host.code(Map.of("readme", "no bootstrap here"));
        var broken = host.code(Map.of("bootstrap", "#!/bin/false"));
        var layer = host.code(Map.of("bootstrap", ScriptedRuntime.SOURCE));
        var function = host.function("layered", "provided.al2023", "", code, List.of(broken, layer), Map.of());

        var environment = host.start(function).await("ready");

        assertThat(environment.call("[\"count\"]")).isEqualTo("[1]");
    }

    @Test
    void handsTheRuntimeAWholeEvent() throws Exception {
        var environment = ready("event");
        var invocation = TestEnvironment.invocation(
                "[\"head lambda-runtime-aws-request-id\",\"head lambda-runtime-invoked-function-arn\","
                        + "\"head lambda-runtime-trace-id\",\"head lambda-runtime-client-context\","
                        + "\"head content-type\"]",
                false);

        assertThat(TestEnvironment.text(environment.invoke(invocation)))
                .isEqualTo("[\"%s\", \"%s\", \"%s\", null, \"application/json\"]"
                        .formatted(invocation.requestId(), invocation.invokedArn(), invocation.traceHeader()));
    }

    @Test
    void passesAFunctionErrorOnByteForByteAndKeepsTheProcess() throws Exception {
        var environment = ready("raises");

        assertThat(environment.call("[\"raise {  odd bytes\"]")).isEqualTo("!{  odd bytes");
        assertThat(environment.call("[\"count\"]")).isEqualTo("[2]");
    }

    @Test
    void tellsOfAnExitWithoutReasonAndStartsAgain() throws Exception {
        var environment = ready("exits");
        var invocation = TestEnvironment.invocation("[\"exit 0\"]", false);

        assertThat(TestEnvironment.text(environment.invoke(invocation)))
                .isEqualTo("!{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: "
                        + invocation.requestId() + " Error: Runtime exited without providing a reason\"}");
        assertThat(environment.call("[\"count\"]")).isEqualTo("[1]");
    }

    @Test
    void tellsOfAnExitStatusAndOfASignal() throws Exception {
        var environment = ready("crashes");

        assertThat(environment.call("[\"exit 17\"]")).endsWith("Runtime exited with error: exit status 17\"}");
        assertThat(environment.call("[\"kill 9\"]")).endsWith("Runtime exited with error: signal: killed\"}");
        assertThat(environment.call("[\"kill 11\"]")).endsWith("exited with error: signal: segmentation fault\"}");
    }

    @Test
    void endsAnInvocationThatTakesTooLongAndKeepsTmp() throws Exception {
        var marker = kind == SandboxKind.PROCESS ? directory.resolve("marker").toString() : "/tmp/marker";
        var environment = ready("slow", Map.of(), TestWorker.SHORT);
        var invocation = TestEnvironment.invocation("[\"write " + marker + "\",\"sleep 60\"]", false);

        assertThat(TestEnvironment.text(environment.invoke(invocation)))
                .isEqualTo(
                        "!{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " + invocation.requestId()
                                + " Error: Task timed out after " + TestWorker.SHORT.toSeconds() + ".00 seconds\"}");
        assertThat(environment.call("[\"exists " + marker + "\",\"count\"]")).isEqualTo("[true, 1]");
        Await.until(() -> host.log("/aws/lambda/slow").stream().anyMatch(event -> event.message()
                .endsWith("Z " + invocation.requestId() + " Task timed out after " + TestWorker.SHORT.toSeconds()
                        + ".00 seconds\n\n")));
    }

    @Test
    void runsAFailedInitAgainWithinTheFirstInvocation() throws Exception {
        var marker = kind == SandboxKind.PROCESS ? directory.resolve("once").toString() : "/tmp/once";
        var environment = ready("init-once", Map.of("INIT", "once", "MARKER", marker));

        assertThat(environment.call("[\"count\"]")).isEqualTo("[1]");
        assertThat(host.log("/aws/lambda/init-once"))
                .extracting(LogEvent::message)
                .anyMatch(
                        line -> line.matches(
                                "INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\n"));
    }

    @Test
    void answersWithTheErrorOfTheSecondInit() throws Exception {
        var environment = ready("init-fails", Map.of("INIT", "fail"));

        assertThat(environment.call("[]")).isEqualTo("!{\"errorMessage\":\"no\",\"errorType\":\"Bad\"}");
        assertThat(environment.call("[]")).isEqualTo("!{\"errorMessage\":\"no\",\"errorType\":\"Bad\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fail", "exit", "hang"})
    void logsWhatAFailedInitSaidBeforeTheInvocationStarts(String how) throws Exception {
        var name = "init-says-" + how;
        ready(name, Map.of("INIT", how), TestWorker.SHORT).call("[]");

        Await.until(() -> host.log("/aws/lambda/" + name).size() >= 6);
        assertThat(host.log("/aws/lambda/" + name).subList(0, 6))
                .extracting(event -> event.message()
                        .split("[ \t]Runtime|Duration|RequestId", 2)[0]
                        .strip())
                .containsExactly(
                        "INIT_START",
                        "init begins to " + how,
                        "and frames it",
                        "and prints",
                        "INIT_REPORT Init",
                        "START");
    }

    @Test
    void tellsOfAnInitThatExitsAndOfOneThatNeverEnds() throws Exception {
        assertThat(ready("init-exits", Map.of("INIT", "exit")).call("[]")).endsWith("exit status 3\"}");
        assertThat(ready("init-hangs", Map.of("INIT", "hang"), TestWorker.SHORT).call("[]"))
                .contains("Sandbox.Timedout");
    }

    @Test
    void refusesAnAnswerThatIsTooLargeAndKeepsTheProcess() throws Exception {
        var environment = ready("large");

        assertThat(environment.call("[\"large 6291556\"]")).hasSize(6_291_556);
        assertThat(environment.call("[\"large 6291557\"]"))
                .isEqualTo("!{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size "
                        + "(6291556 bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}");
        assertThat(environment.call("[\"count\"]")).isEqualTo("[3]");
    }

    @Test
    void tellsOfAnAnswerThatWasCutOff() throws Exception {
        var environment = ready("cut");

        assertThat(environment.call("[\"cut\"]")).contains("Runtime.TruncatedResponse");
        assertThat(environment.call("[\"count\",\"wrong\"]")).isEqualTo("[2, 400]");
    }

    @Test
    void namesThePlacesWhereItLookedForABootstrap() throws Exception {
        var elsewhere = host.packaged(new TestZip()
                .executable("build/bootstrap", "#!/bin/sh")
                .executable("bootstrap/main", "#!/bin/sh")
                .build());
        var function = host.function("nothing", "provided.al2023", "", elsewhere, Map.of());
        var environment = host.start(function).await("ready");
        var invocation = TestEnvironment.invocation("[]", false);

        assertThat(TestEnvironment.text(environment.invoke(invocation)))
                .isEqualTo("!{\"errorType\":\"Runtime.InvalidEntrypoint\",\"errorMessage\":\"RequestId: "
                        + invocation.requestId()
                        + " Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]\"}");
        Await.until(() -> host.log("/aws/lambda/nothing").stream()
                .anyMatch(event -> event.message().contains("Error: Couldn't find valid bootstrap(s): [/var/task")));
    }

    @Test
    void namesABootstrapThatMayNotBeRun() throws Exception {
        var plain = host.packaged(new TestZip().file("bootstrap", "#!/bin/sh").build());
        var function = host.function("plain", "provided.al2023", "", plain, Map.of());
        var environment = host.start(function).await("ready");

        assertThat(environment.call("[]"))
                .contains("\"Runtime.InvalidEntrypoint\"")
                .contains("Error: fork/exec")
                .contains("/bootstrap: permission denied");
    }

    @Test
    void cannotMakeAnEnvironmentForARuntimeThatIsMissing() throws Exception {
        var function = host.function("ruby", "ruby3.3", "f.h", host.code(Map.of("f.rb", "")), Map.of());

        var environment = host.start(function).await("gone");

        assertThat(Objects.requireNonNull(environment.why()).cause()).isEqualTo(NotRunnable.Cause.RUNTIME_MISSING);
    }

    @Test
    void saysThatAPackageCannotBeUnpackedInAwssWords() throws Exception {
        var code = host.packaged(TestWorker.utf8("no zip"));
        var function = host.function("broken", "provided.al2023", "", code, Map.of());

        var environment = host.start(function).await("gone");

        assertThat(environment.why())
                .isEqualTo(new NotRunnable(
                        NotRunnable.Cause.CODE_UNAVAILABLE, "Lambda could not unzip the deployment package."));
    }

    @Test
    void givesTheEndOfTheLogToWhoWantsIt() throws Exception {
        var environment = ready("tail", Map.of("INIT", "loud"));
        var invocation = TestEnvironment.invocation("[\"say one\\ntwo\\n\"]", true);

        var outcome = (Answered) environment.invoke(invocation);

        var tail = new String(Objects.requireNonNull(outcome.logTail()), StandardCharsets.UTF_8);
        var request = Pattern.quote(invocation.requestId());
        assertThat(tail)
                .matches(
                        "START RequestId: " + request + " Version: \\$LATEST\n"
                                + "one\ntwo\n"
                                + "END RequestId: " + request + "\n"
                                + "REPORT RequestId: " + request
                                + "\tDuration: [0-9]+\\.[0-9]{2} ms\tBilled Duration: [0-9]+ ms"
                                + "\tMemory Size: 1769 MB\tMax Memory Used: [0-9]+ MB\tInit Duration: [0-9]+\\.[0-9]{2} ms\t\n");
    }

    @Test
    void keepsFramedRecordsWhole() throws Exception {
        var environment = ready("frames");
        var invocation = TestEnvironment.invocation("[\"frame three\\rfour\"]", true);

        var outcome = (Answered) environment.invoke(invocation);

        assertThat(outcome.logTail())
                .asString(StandardCharsets.UTF_8)
                .contains("$LATEST\nthree\nfourEND RequestId: " + invocation.requestId());
        Await.until(() -> host.log("/aws/lambda/frames").stream()
                .anyMatch(event -> event.message().equals("three\nfour")
                        && event.timestamp().equals(Instant.parse("2023-11-14T22:13:20.123456Z"))));
    }

    @Test
    void keepsOnlyTheLast4KibibytesOfTheLog() throws Exception {
        var environment = ready("long-tail");

        var outcome = (Answered) environment.invoke(TestEnvironment.invocation("[\"fill abcdefgh\"]", true));

        assertThat(outcome.logTail())
                .hasSize(4096)
                .asString(StandardCharsets.UTF_8)
                .contains("REPORT RequestId: ");
    }

    @Test
    void losesNothingOfAFloodAndKeepsAnsweringOthers() throws Exception {
        var flooding = ready("flood");
        var other = ready("other");

        var flood = flooding.send(flooding.reservation(), TestEnvironment.invocation("[\"flood 16\"]", false));
        int answered = 0;
        for (; !flood.isDone(); answered++) {
            assertThat(other.call("[]")).isEqualTo("[]");
        }

        assertThat(flood.get()).isInstanceOf(Answered.class);
        assertThat(answered).isPositive();
        Await.until(() -> host.log("/aws/lambda/flood").stream()
                        .filter(event -> event.message().length() == 1024)
                        .count()
                == 16 * 1024);
    }

    @Test
    void logsInJsonFromTheWantedLevelOn() throws Exception {
        var function = TestWorker.logging(host.scripted("json", Map.of()), LogFormat.JSON);
        var environment = host.start(function).await("ready");
        var wanted = "{\\\"level\\\":\\\"ERROR\\\",\\\"timestamp\\\":\\\"2024-01-01T00:00:00Z\\\"}";

        var outcome = (Answered)
                environment.invoke(TestEnvironment.invocation("[\"say unwanted\\n\",\"say " + wanted + "\\n\"]", true));

        var lines = new String(Objects.requireNonNull(outcome.logTail()), StandardCharsets.UTF_8).split("\n");
        assertThat(lines).hasSize(3);
        assertThat(lines[0]).contains("\"type\":\"platform.start\"");
        assertThat(lines[1]).isEqualTo(wanted.replace("\\", ""));
        assertThat(lines[2]).contains("\"type\":\"platform.report\"", "\"initDurationMs\":", "\"status\":\"success\"");
    }

    @Test
    void writesTheLogOfACrashInOrder() throws Exception {
        var environment = ready("log");
        environment.invoke("[\"say before\\n\"]");
        var crash = TestEnvironment.invocation("[\"say last words\",\"exit 1\"]", true);

        var outcome = (Failed) environment.invoke(crash);

        var id = Pattern.quote(crash.requestId());
        assertThat(new String(Objects.requireNonNull(outcome.logTail()), StandardCharsets.UTF_8))
                .matches("START RequestId: " + id + " Version: \\$LATEST\nlast words"
                        + "RequestId: " + id + " Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n"
                        + "END RequestId: " + id + "\n"
                        + "REPORT RequestId: " + id
                        + "\tDuration: .*\tStatus: error\tError Type: Runtime.ExitError\t\n");
        environment.retire();
        environment.await("gone");
        Await.until(() -> host.log("/aws/lambda/log").size() == 10);
        assertThat(host.log("/aws/lambda/log"))
                .extracting(event -> event.message().split("[ \t]", 2)[0])
                .containsExactly(
                        "INIT_START",
                        "START",
                        "before\n",
                        "END",
                        "REPORT",
                        "START",
                        "last",
                        "RequestId:",
                        "END",
                        "REPORT");
    }

    @Test
    void freezesAnIdleEnvironmentAndThawsItForItsNextInvocation() throws Exception {
        var environment = ready("freezes");
        Await.until(() -> host.sandboxes.calls(environment.id).equals(List.of("freeze")));

        assertThat(environment.call("[\"count\"]")).isEqualTo("[1]");

        Await.until(() -> host.sandboxes.calls(environment.id).equals(List.of("freeze", "thaw", "freeze")));
    }

    @Test
    void refusesAReservationThatHasExpiredIsOfAnEarlierEpochOrForABusyEnvironment() throws Exception {
        var environment = ready("reserved");
        var expired = new Reservation(TestWorker.ID, environment.id, 1, 50, Duration.ZERO);
        var earlier = new Reservation(TestWorker.ID, environment.id, 0, 51, Duration.ofSeconds(10));
        var running = environment.send(environment.reservation(), TestEnvironment.invocation("[\"sleep 2\"]", false));

        assertThat(environment
                        .send(earlier, TestEnvironment.invocation("[]", false))
                        .get(30, TimeUnit.SECONDS))
                .isInstanceOf(Refused.class);
        assertThat(environment
                        .send(expired, TestEnvironment.invocation("[]", false))
                        .get(30, TimeUnit.SECONDS))
                .isInstanceOf(Refused.class);
        assertThat(environment
                        .send(environment.reservation(), TestEnvironment.invocation("[]", false))
                        .get(30, TimeUnit.SECONDS))
                .isInstanceOf(Refused.class);
        assertThat(running.get(30, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
    }

    @Test
    void refusesAnInvocationOfATenantThatTheEnvironmentWasNotMadeFor() throws Exception {
        var environment = ready("shared");

        assertThat(environment
                        .send(environment.reservation(), TestEnvironment.invocation("[]", false, "blue"))
                        .get(30, TimeUnit.SECONDS))
                .isInstanceOf(Refused.class);
    }

    @Test
    void runsAnInvocationOnceThoughItIsSentTwice() throws Exception {
        var environment = ready("twice");
        var reservation = environment.reservation();
        var invocation = TestEnvironment.invocation("[\"count\"]", false);

        var outcome = environment.send(reservation, invocation);
        host.worker.send(new WorkerCommand.Invoke(reservation, invocation));
        assertThat(TestEnvironment.text(outcome.get(30, TimeUnit.SECONDS))).isEqualTo("[1]");
        environment.await("idle");
        host.worker.send(new WorkerCommand.Invoke(reservation, invocation));

        assertThat(environment.call("[\"count\"]")).isEqualTo("[2]");
    }

    @Test
    void makesAnEnvironmentOnceThoughItIsAskedForTwice() throws Exception {
        var environment = ready("asked-twice");

        host.worker.send(new WorkerCommand.Start(environment.spec));

        assertThat(environment.call("[]")).isEqualTo("[]");
    }

    @Test
    void saysThatAnEnvironmentIsGoneWhichItDoesNotHave() throws Exception {
        var environment = ready("gone-before");
        environment.retire();
        environment.await("gone");

        environment.retire();

        environment.await("gone");
    }

    @Test
    void reportsWhatItHas() throws Exception {
        var environment = ready("reported");
        environment.call("[]");

        Await.until(() -> host.reports(new ReportedEnvironment(environment.id, Phase.IDLE, 1)));
        var running = environment.send(environment.reservation(), TestEnvironment.invocation("[\"sleep 2\"]", false));
        Await.until(() -> host.reports(new ReportedEnvironment(environment.id, Phase.BUSY, 2)));

        assertThat(running.get(30, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
    }

    @Test
    void finishesItsInvocationBeforeItRetires() throws Exception {
        var environment = ready("retires");
        var running = environment.send(environment.reservation(), TestEnvironment.invocation("[\"sleep 0.3\"]", false));

        environment.retire();

        assertThat(running.get(30, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        environment.await("gone");
        assertThat(environment
                        .send(environment.reservation(), TestEnvironment.invocation("[]", false))
                        .get(30, TimeUnit.SECONDS))
                .isInstanceOf(Refused.class);
    }

    @Test
    void givesTheFunctionItsEnvironmentAndNothingOfTheServers() throws Exception {
        var environment = ready("variables", Map.of("MINE", "yes", "AWS_ENDPOINT_URL", "http://mine"));

        var variables = environment.call("[\"environ\"]");

        assertThat(variables)
                .contains("\"MINE\": \"yes\"", "\"AWS_ENDPOINT_URL\": \"http://mine\"")
                .contains("\"AWS_LAMBDA_FUNCTION_NAME\": \"variables\"", "\"AWS_ACCESS_KEY_ID\": \"000000000000\"")
                .contains("\"AWS_LAMBDA_LOG_GROUP_NAME\": \"/aws/lambda/variables\"", "\"TZ\": \":UTC\"")
                .contains("[$LATEST]" + environment.id)
                .doesNotContain("JAVA_HOME", "\"HOME\"", "AWS_EXECUTION_ENV");
    }

    @Test
    void leavesNoDescriptorBehind() throws Exception {
        ready("first").call("[]");
        var function = host.scripted("descriptors", Map.of());
        long before = descriptors();

        int environments = 50;
        for (int i = 0; i < environments; i++) {
            var environment = host.start(function).await("ready");
            environment.call("[]");
            if (i % 5 == 0) {
                environment.call("[\"exit 1\"]");
            }
            environment.retire();
            environment.await("gone");
        }

        // What is made ahead of its use, such as networks, may still be on its way at the first count.
        Await.until(() -> descriptors() < before + environments / 2);
    }

    private static long descriptors() throws Exception {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
