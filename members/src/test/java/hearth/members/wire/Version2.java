package hearth.members.wire;

import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.sharded.AccountInRegion;
import hearth.invoke.counting.sharded.AccountLimits;
import hearth.invoke.counting.sharded.HolderId;
import hearth.invoke.counting.sharded.Holding;
import hearth.invoke.counting.sharded.Holdings;
import hearth.invoke.counting.sharded.LedgerMessage.Allotment;
import hearth.invoke.counting.sharded.LedgerMessage.Allotted;
import hearth.invoke.counting.sharded.LedgerMessage.Inquiry;
import hearth.invoke.counting.sharded.LedgerMessage.Outlook;
import hearth.invoke.counting.sharded.Pool;
import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardRequest;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Provisioned;
import hearth.invoke.workermanager.Unavailable;
import hearth.members.wire.WireMessage.Ping;
import hearth.members.wire.WireMessage.Place;
import hearth.members.wire.WireMessage.Pong;
import hearth.members.wire.WireMessage.ToMember;
import hearth.members.wire.WireMessage.ToShard;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.MemberId;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// What members of version 2 say to each other: one message of each kind, and its bytes as a program of that
/// release wrote them.
final class Version2 {
    /// By the name in the recording.
    static final Map<String, WireMessage> MESSAGES = new LinkedHashMap<>();

    static {
        var shard = new ShardId(5);
        var from = new MemberId("host1");
        var account = new AccountId("000000000000");
        var region = new Region("us-east-1");
        var function = new FunctionId(account, region, "mail");
        var worker = new WorkerId("host2");
        var reservation = new Reservation(worker, EnvironmentId.of(0, 1, shard), 7, 1, Duration.ofSeconds(5));
        var version = new FunctionVersion(
                function,
                FunctionId.LATEST,
                1,
                FunctionState.ACTIVE,
                "python3.12",
                "app.handler",
                new CodeDigest("%064x".formatted(1)),
                List.of(new CodeDigest("%064x".formatted(2))),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of("A", "b"),
                "role",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/mail",
                "INFO",
                "INFO",
                Optional.empty());
        var notRunnable =
                new InvocationOutcome.NotRunnable(InvocationOutcome.NotRunnable.Cause.SANDBOX_FAILED, "no room");
        var ledger = new AccountInRegion(account, region);
        var holder = new HolderId("host1", 3);

        MESSAGES.put("acquire", new ToShard(new ShardRequest.Acquire(shard, from, 1, version, "tenant")));
        MESSAGES.put("withdraw", new ToShard(new ShardRequest.Withdraw(shard, from, 1)));
        MESSAGES.put("refused", new ToShard(new ShardRequest.Refused(shard, from, reservation)));
        MESSAGES.put("unused", new ToShard(new ShardRequest.Unused(shard, from, reservation, true)));
        MESSAGES.put("ask-provisioned", new ToShard(new ShardRequest.AskProvisioned(shard, from, 1, function, "2")));
        MESSAGES.put(
                "ledger-holdings",
                new ToShard(new ShardRequest.LedgerHoldings(
                        shard,
                        from,
                        new Holdings(
                                ledger,
                                holder,
                                4,
                                5,
                                6,
                                7,
                                Duration.ofMinutes(3),
                                Map.of(new Pool.Reserved("mail"), new Holding(1, 2, 3, 4)),
                                Map.of("mail", 2)))));
        MESSAGES.put("served", new ToMember(new ShardAnswer.Served(1, new Assignment(worker, reservation))));
        MESSAGES.put("moved", new ToMember(new ShardAnswer.Moved(1)));
        MESSAGES.put(
                "provisioning-state",
                new ToMember(new ShardAnswer.ProvisioningState(1, new Provisioned(3, 2, Optional.of(notRunnable)))));
        var failures = Map.of(
                "not-runnable", new Unavailable.NotRunnable(notRunnable),
                "no-capacity", new Unavailable.NoCapacity(),
                "too-large", new Unavailable.TooLarge(),
                "too-late", new Unavailable.TooLate(),
                "defect", new Unavailable.Defect(),
                "closed", new Unavailable.Closed());
        failures.forEach((name, why) -> MESSAGES.put("failed-" + name, new ToMember(new ShardAnswer.Failed(1, why))));
        MESSAGES.put("inquiry", new ToMember(new ShardAnswer.FromLedger(new Inquiry(ledger, holder, 4))));
        MESSAGES.put(
                "allotment",
                new ToMember(new ShardAnswer.FromLedger(new Allotment(
                        ledger,
                        holder,
                        4,
                        5,
                        6,
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(3),
                        7,
                        Optional.of(new AccountLimits(
                                1000, Map.of("mail", new FunctionLimits(OptionalInt.of(10), Map.of("2", 5))))),
                        Map.of(new Pool.Provisioned("mail", "2"), new Allotted(5, Outlook.RECALLING))))));
        MESSAGES.put("place", new Place(shard));
        MESSAGES.put("ping", new Ping(8));
        MESSAGES.put("pong", new Pong(8, 21));
    }

    private Version2() {}

    /// The recorded bytes of a message.
    static byte[] recorded(String name) {
        return Objects.requireNonNull(recorded().get(name), name);
    }

    private static Map<String, byte[]> recorded() {
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
}
