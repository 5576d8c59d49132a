package hearth.invoke;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.UnsupportedKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Functions to test with.
public final class Functions {
    public static final AccountId ACCOUNT = new AccountId("123456789012");
    public static final Region REGION = new Region("us-east-1");

    private Functions() {}

    public static FunctionId id(String name) {
        return new FunctionId(ACCOUNT, REGION, name);
    }

    public static FunctionVersion latest(String name) {
        return version(name, 1, 128, FunctionState.ACTIVE);
    }

    public static FunctionVersion latest(String name, long generation) {
        return version(name, generation, 128, FunctionState.ACTIVE);
    }

    public static FunctionVersion sized(String name, int mebibytes) {
        return version(name, 1, mebibytes, FunctionState.ACTIVE);
    }

    public static FunctionVersion sized(String name, int mebibytes, long generation) {
        return version(name, generation, mebibytes, FunctionState.ACTIVE);
    }

    public static FunctionVersion inState(String name, FunctionState state) {
        return version(name, 1, 128, state);
    }

    public static FunctionVersion version(FunctionId function, String version) {
        return version(function, version, 1, 128, FunctionState.ACTIVE, Optional.empty());
    }

    /// One of a kind that Hearth does not run.
    public static FunctionVersion ofKind(String name, UnsupportedKind kind) {
        return version(name, 1, 128, FunctionState.ACTIVE, Optional.of(kind));
    }

    private static FunctionVersion version(String name, long generation, int mebibytes, FunctionState state) {
        return version(name, generation, mebibytes, state, Optional.empty());
    }

    /// Version 1, under SnapStart.
    public static FunctionVersion snapStart(String name) {
        var one = version(id(name), "1", 1, 128, FunctionState.ACTIVE, Optional.empty());
        return new FunctionVersion(
                one.function(),
                one.version(),
                one.generation(),
                one.state(),
                one.runtime(),
                one.handler(),
                one.code(),
                one.layers(),
                one.memory(),
                one.timeout(),
                one.ephemeralStorage(),
                one.environment(),
                one.role(),
                one.architecture(),
                one.logFormat(),
                one.logGroup(),
                one.applicationLogLevel(),
                one.systemLogLevel(),
                one.obstacle(),
                true);
    }

    private static FunctionVersion version(
            String name, long generation, int mebibytes, FunctionState state, Optional<UnsupportedKind> obstacle) {
        return version(id(name), FunctionId.LATEST, generation, mebibytes, state, obstacle);
    }

    private static FunctionVersion version(
            FunctionId function,
            String version,
            long generation,
            int mebibytes,
            FunctionState state,
            Optional<UnsupportedKind> obstacle) {
        return new FunctionVersion(
                function,
                version,
                generation,
                state,
                "python3.13",
                "app.handler",
                new CodeDigest("ab".repeat(32)),
                List.of(),
                Bytes.mebibytes(mebibytes),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/r",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/" + function.name(),
                "INFO",
                "INFO",
                obstacle);
    }
}
