package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.InvocationOutcome;
import hearth.worker.sandbox.SandboxKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What follows when something throws where nothing should: nobody waits for ever, and nothing is left over.
@TestInstance(Lifecycle.PER_CLASS)
final class DefectsTest {
    /// How long what must come is waited for.
    private static final long PATIENCE_SECONDS = 30;

    private static final Logger LOG = Logger.getLogger("hearth.worker");

    private final AtomicInteger errors = new AtomicInteger();
    private final Handler counting = new Handler() {
        @Override
        public void publish(LogRecord record) {
            if (record.getLevel().equals(Level.SEVERE)) {
                errors.incrementAndGet();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private TestWorker host;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        LOG.addHandler(counting);
        LOG.setUseParentHandlers(false);
        host = new TestWorker(SandboxKind.PROCESS, directory);
    }

    @AfterAll
    void end() {
        LOG.setUseParentHandlers(true);
        LOG.removeHandler(counting);
        if (host != null) {
            host.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create",
                "runtimeApiSocket",
                "serviceSockets",
                "runtimeApiAddress",
                "start",
                "freeze",
                "thaw",
                "peakMemory",
                "close",
                "process.pidfd",
                "process.output",
                "process.takeChannel",
                "process.exit",
                "process.close",
                "clock"
            })
    void endTheEnvironmentInWhateverStateTheyFindIt(String method) throws Exception {
        throwsInEachCall(method, Map.of(), () -> new IllegalStateException("as told"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "start", "thaw", "peakMemory", "process.exit"})
    void endTheEnvironmentAndNotTheEventLoopThoughTheyAreErrors(String method) throws Exception {
        throwsInEachCall(method, Map.of(), () -> new StackOverflowError("as told"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"process.kill", "process.exit", "process.close", "runtimeApiAddress", "start", "clock"})
    void endTheEnvironmentWhoseInitFails(String method) throws Exception {
        throwsInEachCall(method, Map.of("INIT", "fail"), () -> new OutOfMemoryError("as told"));
    }

    /// Lives a life again and again, in which the method throws when it is called for the first time, the second, and
    /// so on, until it is not called so often.
    private void throwsInEachCall(String method, Map<String, String> variables, Supplier<Throwable> fault)
            throws Exception {
        boolean thrown = true;
        for (int nth = 1; thrown; nth++) {
            errors.set(0);
            long defects = host.worker.defects();
            host.faults.arm(method, nth, fault);

            var ended = live(method + "-" + nth, variables);

            thrown = host.faults.disarm();
            assertThat(host.worker.defects() - defects).as(method + " " + nth).isEqualTo(thrown ? 1 : 0);
            assertThat(errors.get()).as(method + " " + nth).isEqualTo(thrown ? 1 : 0);
            assertThat(ended.toString()).as(method + " " + nth).isNotEmpty();
            assertThat(thrown || nth > 1).as(method + " is called").isTrue();
        }
    }

    /// One environment from its start to its end: invocations that answer, after freezing too, one that ends the
    /// runtime, and one that starts it again. Every one is answered.
    private List<String> live(String name, Map<String, String> variables) throws Exception {
        var told = new ArrayList<String>();
        var environment = host.start(host.scripted(name, variables));
        for (var payload : List.of("[]", "[\"say one\\n\"]", "[\"exit 1\"]", "[\"count\"]")) {
            if (goneAfter(environment, told)) {
                return told;
            }
            if (payload.contains("say") && variables.isEmpty()) {
                awaitFrozen(environment);
            }
            var outcome = environment
                    .send(environment.reservation(), TestEnvironment.invocation(payload, true))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            told.add(outcome.getClass().getSimpleName());
        }
        if (!goneAfter(environment, told)) {
            environment.retire();
            assertThat(environment.next(PATIENCE_SECONDS)).isEqualTo("gone");
            told.add("gone");
        }
        return told;
    }

    /// Until it is frozen, or gone because it cannot be.
    private void awaitFrozen(TestEnvironment environment) throws Exception {
        Await.until(() -> host.sandboxes.calls(environment.id).contains("freeze") || environment.hasNews());
    }

    /// What comes next: that it is ready or idle, or gone.
    private static boolean goneAfter(TestEnvironment environment, List<String> told) throws Exception {
        var event = environment.next(PATIENCE_SECONDS);
        told.add(event);
        return event.equals("gone");
    }

    @Test
    void areNoneWhereTheKernelDoesNotTellHowMuchMemoryWasUsed() throws Exception {
        var environment = host.start(host.scripted("peak", Map.of())).await("ready");
        host.faults.arm("peakMemory", 1, () -> new UncheckedIOException(new IOException("too many open files")));

        var outcome = environment.invoke(TestEnvironment.invocation("[\"count\"]", true));

        assertThat(host.faults.disarm()).isTrue();
        assertThat(TestEnvironment.text(outcome)).isEqualTo("[1]");
        assertThat(((InvocationOutcome.Answered) outcome).logTail()).asString().contains("Max Memory Used");
        assertThat(environment.call("[\"count\"]")).isEqualTo("[2]");
    }

    @Test
    void leaveNothingOpen() throws Exception {
        live("warm-up", Map.of());
        long before = openDescriptors();

        for (var method : List.of("peakMemory", "thaw", "freeze", "process.exit", "start", "clock")) {
            host.faults.arm(method, 1, () -> new IllegalStateException("as told"));
            live("open-" + method, Map.of());
            host.faults.disarm();
        }

        // A log of each stays open for a while.
        Await.until(() -> openDescriptors() <= before + 2);
    }

    private static long openDescriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(each -> {
                        try {
                            return !Files.readSymbolicLink(each).toString().contains("/logs/");
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
