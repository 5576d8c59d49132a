package hearth.worker;

import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentListener;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.Reservation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One environment of a `TestWorker`, as its WorkerManager would see it.
public final class TestEnvironment implements EnvironmentListener {
    private final LocalWorker worker;
    final EnvironmentId id;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private volatile @Nullable NotRunnable why;
    private long reservations;

    TestEnvironment(LocalWorker worker, EnvironmentId id) {
        this.worker = worker;
        this.id = id;
    }

    @Override
    public void ready(EnvironmentId environment) {
        events.add("ready");
    }

    @Override
    public void idle(EnvironmentId environment) {
        events.add("idle");
    }

    @Override
    public void gone(EnvironmentId environment, NotRunnable why) {
        this.why = why;
        events.add("gone");
    }

    @Override
    public void gone(EnvironmentId environment) {
        events.add("gone");
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
        return new Reservation(TestWorker.ID, id, ++reservations, Instant.now().plusSeconds(10));
    }

    static Invocation invocation(String payload, boolean tail) {
        return new Invocation(
                UUID.randomUUID().toString(),
                "arn:aws:lambda:us-east-1:000000000000:function:f",
                TestWorker.utf8(payload),
                null,
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
                Instant.now(),
                tail,
                false);
    }

    CompletableFuture<InvocationOutcome> send(Reservation reservation, Invocation invocation) {
        var outcome = new CompletableFuture<InvocationOutcome>();
        worker.invoke(reservation, invocation, told -> {
            if (!outcome.complete(told)) {
                throw new AssertionError("told twice: " + told);
            }
        });
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
        worker.retire(id);
    }
}
