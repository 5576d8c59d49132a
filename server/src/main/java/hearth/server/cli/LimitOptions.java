package hearth.server.cli;

import hearth.control.operation.ControlLimits;
import hearth.model.Bytes;
import hearth.model.code.PackageLimits;
import hearth.worker.environment.StreamPace;
import java.time.Duration;
import java.util.List;

/// The options of `hearth up` that set what accounts may have and functions ask for. Each is AWS's unless given.
final class LimitOptions {
    private static final Option CONCURRENCY = Option.of(
                    "--concurrency", "COUNT", "1000", "Invocations that an account may run at once in a region")
            .orEnvironment("HEARTH_CONCURRENCY");
    private static final Option CODE_STORAGE = Option.of(
                    "--code-storage",
                    "GIB",
                    "75",
                    "What the packages of an account's functions and layers may come to in a region")
            .orEnvironment("HEARTH_CODE_STORAGE");
    private static final Option PACKAGE_SIZE = Option.of(
                    "--package-size", "MIB", "50", "The largest zip that a request may carry; of S3 it may be larger")
            .orEnvironment("HEARTH_PACKAGE_SIZE");
    private static final Option UNPACKED_SIZE = Option.of(
                    "--unpacked-size", "MIB", "250", "What a function's code may unpack to, with its layers")
            .orEnvironment("HEARTH_UNPACKED_SIZE");
    private static final Option ENVIRONMENT_SIZE = Option.of(
                    "--environment-size", "KIB", "4", "What a function's environment variables may come to")
            .orEnvironment("HEARTH_ENVIRONMENT_SIZE");
    private static final Option POLICY_SIZE = Option.of(
                    "--policy-size", "KIB", "20", "What the policy of a function or layer may come to")
            .orEnvironment("HEARTH_POLICY_SIZE");
    private static final Option FUNCTION_MEMORY = Option.of(
                    "--function-memory", "MIB", "10240", "The most that a function may be given (MemorySize)")
            .orEnvironment("HEARTH_FUNCTION_MEMORY");
    private static final Option FUNCTION_TIMEOUT = Option.of(
                    "--function-timeout", "SECONDS", "900", "The longest that a function may be given (Timeout)")
            .orEnvironment("HEARTH_FUNCTION_TIMEOUT");
    private static final Option FUNCTION_LAYERS = Option.of(
                    "--function-layers", "COUNT", "5", "How many layers a function may have")
            .orEnvironment("HEARTH_FUNCTION_LAYERS");
    private static final Option STREAM_RATE = Option.of(
                    "--stream-rate", "MIB", "2", "What of a streamed answer goes out in a second, after 6 MiB at once")
            .orEnvironment("HEARTH_STREAM_RATE");

    static final List<Option> ALL = List.of(
            CONCURRENCY,
            CODE_STORAGE,
            PACKAGE_SIZE,
            UNPACKED_SIZE,
            ENVIRONMENT_SIZE,
            POLICY_SIZE,
            FUNCTION_MEMORY,
            FUNCTION_TIMEOUT,
            FUNCTION_LAYERS,
            STREAM_RATE);

    private LimitOptions() {}

    static ControlLimits limits(Arguments arguments) {
        return new ControlLimits(
                arguments.number(CONCURRENCY, 1, 1_000_000),
                Bytes.mebibytes((long) arguments.number(CODE_STORAGE, 1, 1 << 20) << 10),
                PackageLimits.DIRECT_UPLOAD
                        .withZipped(Bytes.mebibytes(arguments.number(PACKAGE_SIZE, 1, 1 << 10)))
                        .withUnzipped(Bytes.mebibytes(arguments.number(UNPACKED_SIZE, 1, 1 << 14))),
                new Bytes((long) arguments.number(ENVIRONMENT_SIZE, 1, 64) << 10),
                Bytes.mebibytes(arguments.number(FUNCTION_MEMORY, 128, 1 << 20)),
                Duration.ofSeconds(arguments.number(FUNCTION_TIMEOUT, 1, 86_400)),
                arguments.number(FUNCTION_LAYERS, 0, 100),
                new Bytes((long) arguments.number(POLICY_SIZE, 1, 1 << 10) << 10));
    }

    static StreamPace streamPace(Arguments arguments) {
        return new StreamPace(StreamPace.AWS.burst(), Bytes.mebibytes(arguments.number(STREAM_RATE, 1, 1 << 20)));
    }
}
