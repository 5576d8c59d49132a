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
    private FunctionCodec() {}

    public static void write(FunctionVersion version, FieldWriter out) {
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
                .optional(version.obstacle().orElse(null), out::name);
    }

    public static FunctionVersion read(FieldReader in) {
        return new FunctionVersion(
                id(in),
                in.text(),
                in.longNumber(),
                in.name(FunctionState.class),
                in.text(),
                in.text(),
                new CodeDigest(in.text()),
                in.all(() -> new CodeDigest(in.text())),
                new Bytes(in.longNumber()),
                in.duration(),
                new Bytes(in.longNumber()),
                variables(in),
                in.text(),
                in.text(),
                in.name(LogFormat.class),
                in.text(),
                in.text(),
                in.text(),
                Optional.ofNullable(in.optional(() -> in.name(UnsupportedKind.class))));
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
