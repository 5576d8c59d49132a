package hearth.link.message;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.UnsupportedKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A version of a function, in bytes.
public final class FunctionCodec {
    /// Of what may follow: why it cannot be run.
    private static final int OBSTACLE = 1;

    /// That it is under SnapStart, which is followed by nothing.
    private static final int SNAP_START = 2;

    private FunctionCodec() {}

    /// @param protocol the version in which it is said. Who speaks an earlier one than SnapStart's takes its functions
    ///     for others
    public static void write(FunctionVersion version, int protocol, FieldWriter out) {
        boolean snapStart = version.snapStart() && protocol >= Versions.RESTORES;
        write(version.function(), out)
                .text(version.version())
                .number(version.generation())
                .name(version.state())
                .text(version.runtime())
                .text(version.handler())
                .text(version.code().hex())
                .all(version.layers(), layer -> out.text(layer.hex()))
                .number(version.memory().count())
                .duration(version.timeout())
                .number(version.ephemeralStorage().count())
                .all(version.environment().entrySet(), one -> out.text(one.getKey())
                        .text(one.getValue()))
                .text(version.role())
                .text(version.architecture())
                .name(version.logFormat())
                .text(version.logGroup())
                .text(version.applicationLogLevel())
                .text(version.systemLogLevel())
                .tag((version.obstacle().isPresent() ? OBSTACLE : 0) | (snapStart ? SNAP_START : 0));
        version.obstacle().ifPresent(out::name);
    }

    public static FunctionVersion read(FieldReader in) {
        var function = id(in);
        var version = in.text();
        long generation = in.longNumber();
        var state = in.name(FunctionState.class);
        var runtime = in.text();
        var handler = in.text();
        var code = new CodeDigest(in.text());
        var layers = in.all(() -> new CodeDigest(in.text()));
        var memory = new Bytes(in.longNumber());
        var timeout = in.duration();
        var storage = new Bytes(in.longNumber());
        var variables = variables(in);
        var role = in.text();
        var architecture = in.text();
        var logFormat = in.name(LogFormat.class);
        var logGroup = in.text();
        var applicationLogLevel = in.text();
        var systemLogLevel = in.text();
        int more = in.tag();
        if (more > (OBSTACLE | SNAP_START)) {
            throw new MalformedMessageException("nothing is known that a function has by " + more);
        }
        Optional<UnsupportedKind> obstacle =
                (more & OBSTACLE) != 0 ? Optional.of(in.name(UnsupportedKind.class)) : Optional.empty();
        return new FunctionVersion(
                function,
                version,
                generation,
                state,
                runtime,
                handler,
                code,
                layers,
                memory,
                timeout,
                storage,
                variables,
                role,
                architecture,
                logFormat,
                logGroup,
                applicationLogLevel,
                systemLogLevel,
                obstacle,
                (more & SNAP_START) != 0);
    }

    private static Map<String, String> variables(FieldReader in) {
        var variables = new HashMap<String, String>();
        in.all(() -> Map.entry(in.text(), in.text())).forEach(one -> variables.put(one.getKey(), one.getValue()));
        return variables;
    }

    /// Which function it is, and nothing of how it is.
    public static FieldWriter write(FunctionId function, FieldWriter out) {
        return out.text(function.account().value())
                .text(function.region().value())
                .text(function.name());
    }

    public static FunctionId id(FieldReader in) {
        return new FunctionId(new AccountId(in.text()), new Region(in.text()), in.text());
    }
}
