package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.FunctionVersion;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.worker.sandbox.SandboxKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/// An environment that may run two invocations at once.
@TestInstance(Lifecycle.PER_CLASS)
final class ConcurrentInvocationsTest {
    private TestWorker host;
    private Path files;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        host = new TestWorker(SandboxKind.PROCESS, directory);
        files = Files.createDirectories(directory.resolve("files"));
    }

    @AfterAll
    void end() {
        if (host != null) {
            host.close();
        }
    }

    @Test
    void runsTwoAtOnceAndGivesEachItsAnswer() throws Exception {
        var environment = ready("two");
        var one = invocation("write A", "await B");
        var two = invocation("await A", "write B");

        var first = send(environment, one);
        var second = send(environment, two);

        assertThat(answer(first)).isEqualTo(one.requestId());
        assertThat(answer(second)).isEqualTo(two.requestId());
        environment.await("idle").await("idle");
    }

    @Test
    void takesTheNextWhileTheOtherRunsOn() throws Exception {
        var environment = ready("next");
        var running = send(environment, invocation("await stop-next"));

        for (int i = 0; i < 20; i++) {
            var quick = invocation();
            assertThat(answer(send(environment, quick))).isEqualTo(quick.requestId());
            environment.await("idle");
        }

        assertThat(running).isNotDone();
        write("stop-next");
        assertThat(of(running)).isInstanceOf(Answered.class);
    }

    @Test
    void refusesAThirdUntilOneIsOver() throws Exception {
        var environment = ready("third");
        var one = send(environment, invocation("await stop-third"));
        var two = send(environment, invocation("await stop-third"));

        assertThat(of(send(environment, invocation()))).isEqualTo(new Refused("the environment is not idle"));

        write("stop-third");
        assertThat(of(one)).isInstanceOf(Answered.class);
        assertThat(of(two)).isInstanceOf(Answered.class);
        environment.await("idle").await("idle");
        assertThat(of(send(environment, invocation()))).isInstanceOf(Answered.class);
    }

    @Test
    void takesReservationsThatOvertakeEachOtherAndEachOnce() throws Exception {
        var environment = ready("overtake");
        var early = environment.reservation();
        var late = environment.reservation();

        var second = environment.send(late, invocation("await stop-overtake"));
        var first = environment.send(early, invocation("await stop-overtake"));
        var again = environment.send(early, invocation());

        write("stop-overtake");
        assertThat(of(second)).isInstanceOf(Answered.class);
        assertThat(of(first)).isInstanceOf(Answered.class);
        environment.await("idle").await("idle");
        assertThat(again).isNotDone();
    }

    @Test
    void givesEachCallerTheEndOfItsOwnLog() throws Exception {
        var environment = ready("tails");
        var one = invocation("say first", "print shared", "write said", "await B-tails");
        var two = invocation("await said", "say second", "write B-tails");

        var first = send(environment, one);
        var second = send(environment, two);

        assertThat(tail(first))
                .contains("START RequestId: " + one.requestId(), one.requestId() + " first", "shared", "REPORT")
                .doesNotContain(two.requestId());
        assertThat(tail(second))
                .contains("START RequestId: " + two.requestId(), two.requestId() + " second", "REPORT")
                .doesNotContain(one.requestId());
    }

    /// The second begins when half of the first one's time is over, and answers when all of it is.
    @Test
    void endsOneWhoseTimeIsUpAndLeavesTheOtherItsOwn() throws Exception {
        var environment = ready("deadlines", TestWorker.SHORT.multipliedBy(2));
        var slow = send(environment, invocation("await stop-deadlines"));
        var half = send(environment, invocation("sleep " + TestWorker.SHORT.toMillis() / 1000.0));
        assertThat(of(half)).isInstanceOf(Answered.class);
        environment.await("idle");
        var other = invocation("say other", "await slow-is-over");
        var quick = send(environment, other);

        assertThat(of(slow)).isInstanceOf(Failed.class);
        assertThat(TestEnvironment.text(of(slow))).contains("Sandbox.Timedout");
        assertThat(tail(slow)).contains("Task timed out", "REPORT").doesNotContain(other.requestId());
        assertThat(quick).isNotDone();
        write("slow-is-over");
        assertThat(answer(quick)).isEqualTo(other.requestId());
        environment.await("idle");

        // The code that took too long keeps its place until it has answered.
        var third = send(environment, invocation("await stop-deadlines"));
        assertThat(of(send(environment, invocation()))).isInstanceOf(Refused.class);
        write("stop-deadlines");
        assertThat(of(third)).isInstanceOf(Answered.class);
        environment.await("idle").await("idle");
        assertThat(of(send(environment, invocation()))).isInstanceOf(Answered.class);
    }

    @Test
    void endsWhenNothingButCodeThatTookTooLongRuns() throws Exception {
        var environment = ready("stuck", TestWorker.SHORT);

        var one = send(environment, invocation("await never"));
        var two = send(environment, invocation("await never"));

        assertThat(TestEnvironment.text(of(one))).contains("Sandbox.Timedout");
        assertThat(TestEnvironment.text(of(two))).contains("Sandbox.Timedout");
        environment.await("gone");
    }

    @Test
    void failsBothWhenTheRuntimeCrashesAndIsReplaced() throws Exception {
        var environment = ready("crash");
        var one = invocation("write up", "await never");
        var first = send(environment, one);
        var two = invocation("await up", "exit 3");
        var second = send(environment, two);

        assertThat(TestEnvironment.text(of(first))).contains("Runtime.ExitError", one.requestId());
        assertThat(TestEnvironment.text(of(second))).contains("Runtime.ExitError", two.requestId());
        assertThat(tail(first)).contains("exit status 3", "REPORT").doesNotContain(two.requestId());
        environment.await("gone");
    }

    @Test
    void finishesAllBeforeItRetires() throws Exception {
        var environment = ready("retire");
        var one = send(environment, invocation("await stop-retire"));
        var two = send(environment, invocation("await stop-retire", "await one-is-over"));
        environment.retire();

        assertThat(of(send(environment, invocation()))).isInstanceOf(Refused.class);
        write("stop-retire");
        assertThat(of(one)).isInstanceOf(Answered.class);
        assertThat(two).isNotDone();
        write("one-is-over");

        assertThat(of(two)).isInstanceOf(Answered.class);
        environment.await("gone");
    }

    @Test
    void reportsAllThatRun() throws Exception {
        var environment = ready("reports");
        var one = send(environment, invocation("await stop-reports"));
        var two = send(environment, invocation("await stop-reports", "await one-is-reported"));

        Await.until(() -> host.reports(new ReportedEnvironment(environment.id, Phase.BUSY, 2, List.of(1L, 2L))));
        write("stop-reports");
        assertThat(of(one)).isInstanceOf(Answered.class);
        Await.until(() -> host.reports(new ReportedEnvironment(environment.id, Phase.BUSY, 2, List.of(2L))));
        write("one-is-reported");
        assertThat(of(two)).isInstanceOf(Answered.class);
        Await.until(() -> host.reports(new ReportedEnvironment(environment.id, Phase.IDLE, 2)));
    }

    private TestEnvironment ready(String name) throws Exception {
        return host.start(function(name), 2).await("ready");
    }

    private TestEnvironment ready(String name, Duration timeout) throws Exception {
        return host.start(TestWorker.withTimeout(function(name), timeout), 2).await("ready");
    }

    private FunctionVersion function(String name) throws Exception {
        var code = host.code(Map.of("bootstrap", ConcurrentRuntime.SOURCE));
        return host.function(name, "provided.al2023", "", code, Map.of("THREADS", "3"));
    }

    /// What it does, each a word and a file of this test's.
    private Invocation invocation(String... words) {
        var payload = new StringBuilder("[");
        for (var word : words) {
            var at = word.startsWith("await ") || word.startsWith("write ")
                    ? word.substring(0, 6) + files.resolve(word.substring(6))
                    : word;
            payload.append(payload.length() > 1 ? "," : "")
                    .append('"')
                    .append(at)
                    .append('"');
        }
        return TestEnvironment.invocation(payload.append(']').toString(), true);
    }

    private void write(String file) throws Exception {
        Files.createFile(files.resolve(file));
    }

    private static CompletableFuture<InvocationOutcome> send(TestEnvironment environment, Invocation invocation) {
        return environment.send(environment.reservation(), invocation);
    }

    private static InvocationOutcome of(CompletableFuture<InvocationOutcome> outcome) throws Exception {
        return outcome.get(TestWorker.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static String answer(CompletableFuture<InvocationOutcome> outcome) throws Exception {
        return TestEnvironment.text(of(outcome));
    }

    private static String tail(CompletableFuture<InvocationOutcome> outcome) throws Exception {
        var tail =
                switch (of(outcome)) {
                    case Answered answered -> answered.logTail();
                    case Failed failed -> failed.logTail();
                    case InvocationOutcome other -> throw new AssertionError(other);
                };
        return new String(Objects.requireNonNull(tail), StandardCharsets.UTF_8);
    }
}
