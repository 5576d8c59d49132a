package hearth.worker;

import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One environment of a `TestWorker`, as its WorkerManager would see it.
public final class TestEnvironment {
    private final LocalWorker worker;
    final EnvironmentSpec spec;
    final EnvironmentId id;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private volatile @Nullable NotRunnable why;
    private final Map<String, CompletableFuture<InvocationOutcome>> outcomes = new ConcurrentHashMap<>();
    private long reservations;

    TestEnvironment(LocalWorker worker, EnvironmentSpec spec) {
        this.worker = worker;
        this.spec = spec;
        this.id = spec.id();
    }

    void happened(EnvironmentEvent event) {
        events.add(
                switch (event) {
                    case EnvironmentEvent.Ready _ -> "ready";
                    case EnvironmentEvent.Idle _ -> "idle";
                    case EnvironmentEvent.Gone(var _, var told) -> {
                        why = told;
                        yield "gone";
                    }
                    case EnvironmentEvent.StartRefused(var _, var reason) -> "refused: " + reason;
                });
    }

    void happened(InvocationProgress progress) {
        if (progress instanceof InvocationProgress.Ended(var requestId, var _, var outcome)
                && !Objects.requireNonNull(outcomes.get(requestId)).complete(outcome)) {
            throw new AssertionError("told twice: " + outcome);
        }
    }

    /// Waits until this is the next that is told.
    public TestEnvironment await(String event) throws InterruptedException {
        var told = events.poll(TestWorker.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (!event.equals(told)) {
            throw new AssertionError("wanted " + event + ", and not " + told + (why == null ? "" : ": " + why));
        }
        return this;
    }

    /// The next that is told, or what tells that nothing was.
    String next(long seconds) throws InterruptedException {
        var told = events.poll(seconds, TimeUnit.SECONDS);
        return told == null ? "nothing within " + seconds + " s" : told;
    }

    /// Whether something was told that nobody has asked for yet.
    boolean hasNews() {
        return !events.isEmpty();
    }

    @Nullable
    NotRunnable why() {
        return why;
    }

    Reservation reservation() {
        return new Reservation(TestWorker.ID, id, 1, ++reservations, Duration.ofSeconds(10));
    }

    static Invocation invocation(String payload, boolean tail) {
        return invocation(payload, tail, null);
    }

    static Invocation invocation(String payload, boolean tail, @Nullable String tenant) {
        return new Invocation(
                UUID.randomUUID().toString(),
                "arn:aws:lambda:us-east-1:000000000000:function:f",
                TestWorker.utf8(payload),
                null,
                tenant,
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
                Instant.now(),
                tail,
                false);
    }

    CompletableFuture<InvocationOutcome> send(Reservation reservation, Invocation invocation) {
        var outcome = new CompletableFuture<InvocationOutcome>();
        outcomes.put(invocation.requestId(), outcome);
        worker.send(new WorkerCommand.Invoke(reservation, invocation));
        return outcome;
    }

    /// Runs one invocation and waits for its outcome, and until the environment is idle again.
    public InvocationOutcome invoke(Invocation invocation) throws Exception {
        var outcome = send(reservation(), invocation).get(TestWorker.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        await("idle");
        return outcome;
    }

    public InvocationOutcome invoke(String payload) throws Exception {
        return invoke(invocation(payload, false));
    }

    /// The payload of the answer, or of the failure after `!`.
    public String call(String payload) throws Exception {
        return text(invoke(payload));
    }

    static String text(InvocationOutcome outcome) {
        return switch (outcome) {
            case Answered answered -> new String(answered.payload(), StandardCharsets.UTF_8);
            case Failed failed -> "!" + new String(failed.payload(), StandardCharsets.UTF_8);
            default -> outcome.toString();
        };
    }

    void retire() {
        worker.send(new WorkerCommand.Retire(id));
    }
}
