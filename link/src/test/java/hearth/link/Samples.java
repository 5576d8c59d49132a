package hearth.link;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.Report;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Messages for tests.
public final class Samples {
    public static final WorkerId WORKER = new WorkerId("host2");
    public static final WorkerCapacity CAPACITY = new WorkerCapacity(Bytes.mebibytes(1024), 2000, 8);

    private Samples() {}

    public static EnvironmentId environment(long number) {
        return EnvironmentId.of(0, number, new ShardId(0));
    }

    public static Reservation reservation(long environment) {
        return new Reservation(WORKER, environment(environment), 1, 1, Duration.ofSeconds(5));
    }

    public static WorkerCommand.Invoke invoke(long environment, int bytes) {
        var invocation = new Invocation(
                "request-" + environment, "arn", new byte[bytes], null, null, "Root=1", Instant.EPOCH, false, false);
        return new WorkerCommand.Invoke(reservation(environment), invocation);
    }

    public static WorkerCommand.Start start(long environment) {
        var function = new FunctionVersion(
                new FunctionId(new AccountId("000000000000"), new Region("us-east-1"), "mail"),
                FunctionId.LATEST,
                1,
                FunctionState.ACTIVE,
                "python3.12",
                "app.handler",
                digest(1),
                List.of(digest(2)),
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
        return new WorkerCommand.Start(
                new EnvironmentSpec(environment(environment), function, null, InitializationType.ON_DEMAND));
    }

    public static CodeDigest digest(int number) {
        return new CodeDigest("%064x".formatted(number));
    }

    public static Report report(long number) {
        return new Report(number, CAPACITY, Report.Taken.NOTHING, true, true, List.of());
    }
}
