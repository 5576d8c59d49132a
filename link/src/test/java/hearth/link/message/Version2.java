package hearth.link.message;

import hearth.link.Samples;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.worker.EnvironmentEvent.Gone;
import hearth.model.worker.EnvironmentEvent.Idle;
import hearth.model.worker.EnvironmentEvent.Ready;
import hearth.model.worker.EnvironmentEvent.StartRefused;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationOutcome.Streamed;
import hearth.model.worker.InvocationProgress.Began;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.MemberId;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardEvent.Superseded;
import hearth.model.worker.ShardEvent.TakenUp;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// What a process of version 2 says: one message of each kind, and its bytes as a program of that release wrote
/// them.
public final class Version2 {
    /// By the name in the recording.
    public static final Map<String, Message> MESSAGES = new LinkedHashMap<>();

    static {
        var start = Samples.start(1);
        var reservation = Samples.reservation(1);
        command("start", start);
        command("invoke", Samples.invoke(1, 5));
        command("credit", new WorkerCommand.Credit(Samples.environment(1), "request-1", 3));
        command("retire", new WorkerCommand.Retire(Samples.environment(1)));
        command("expect", new WorkerCommand.Expect(start.spec().function()));
        command("take-up", new WorkerCommand.TakeUp(new ShardId(5), 7));
        command("make-room", new WorkerCommand.MakeRoom(Bytes.mebibytes(128)));
        event("ready", new Ready(Samples.environment(1)));
        event(
                "idle",
                new Idle(Samples.environment(1), 1, new ProcessorSample(Duration.ofMillis(3), Duration.ofMillis(2))));
        event("gone", new Gone(Samples.environment(1), null));
        event(
                "gone-why",
                new Gone(Samples.environment(1), new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "no room")));
        event("start-refused", new StartRefused(Samples.environment(1), "no slot"));
        event("began", new Began("request-1", reservation, "text/plain"));
        event("piece", new Piece("request-1", reservation, 1, new byte[] {1, 2, 3}));
        event(
                "answered",
                new Ended("request-1", reservation, new Answered(new byte[] {'{', '}'}, "application/json", new byte[] {
                    'l'
                })));
        event("streamed", new Ended("request-1", reservation, new Streamed(null)));
        event("failed", new Ended("request-1", reservation, new Failed(new byte[] {'{', '}'}, "Unhandled", null)));
        event("refused", new Ended("request-1", reservation, new Refused("late")));
        var held = new ReportedEnvironment(Samples.environment(1), Phase.BUSY, 4);
        event(
                "report",
                new Report(
                        9,
                        Samples.CAPACITY,
                        new Report.Taken(1, Bytes.mebibytes(128), 72, 0),
                        true,
                        false,
                        List.of(held)));
        event(
                "taken-up",
                new TakenUp(
                        new ShardId(5), 7, List.of(new HeldEnvironment(start.spec(), held, Duration.ofSeconds(2)))));
        event("superseded", new Superseded(new ShardId(5), 8));
        MESSAGES.put("package-wanted", new Message.PackageWanted(1, Samples.digest(1), true));
        MESSAGES.put("package-found", new Message.PackageFound(1, Samples.digest(7)));
        MESSAGES.put("package-part", new Message.PackagePart(1, new byte[] {9, 8}));
        MESSAGES.put("package-credit", new Message.PackageCredit(1, 2));
        MESSAGES.put("package-failed", new Message.PackageFailed(1, true, "none"));
        MESSAGES.put("package-unwanted", new Message.PackageUnwanted(1));
        MESSAGES.put(
                "key-made",
                new Message.KeyMade(new FunctionKey(
                        "id", "secret", "token", new AccountId("000000000000"), Instant.EPOCH, "role", "mail")));
        MESSAGES.put("key-ended", new Message.KeyEnded("id"));
        MESSAGES.put(
                "members", new Message.Members(List.of(new MemberAddress(new MemberId("host1"), "10.0.0.1", 9100))));
    }

    private Version2() {}

    private static void command(String name, WorkerCommand command) {
        MESSAGES.put(name, new Message.Command(command));
    }

    private static void event(String name, WorkerEvent event) {
        MESSAGES.put(name, new Message.Event(event));
    }

    /// The first words of a worker of version 2, which speaks nothing else.
    public static Hello hello() {
        return new Hello(new Versions(2, 2), "cluster-1", Samples.WORKER, 1, "a", Samples.CAPACITY);
    }

    /// The recorded bytes, by name: those of the messages, and `hello`.
    public static Map<String, byte[]> recorded() {
        try (var in = Objects.requireNonNull(Version2.class.getResourceAsStream("version-2.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", 2))
                    .collect(Collectors.toMap(
                            line -> line[0], line -> HexFormat.of().parseHex(line[1])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] recorded(String name) {
        return Objects.requireNonNull(recorded().get(name), name);
    }
}
