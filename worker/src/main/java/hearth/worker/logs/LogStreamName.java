package hearth.worker.logs;

import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// A log stream's place: the log of one execution environment within its function's log group.
///
/// @param account of the function, as is the region
/// @param group such as `/aws/lambda/NAME`
/// @param stream such as `2025/01/31/[$LATEST]0123456789abcdef0123456789abcdef`
public record LogStreamName(String account, String region, String group, String stream) {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);

    /// The stream of an environment that is made now. In a group that functions may share, the function's name
    /// is part of it.
    public static LogStreamName of(FunctionVersion version, EnvironmentId environment, Instant now) {
        var function = version.function();
        var shared = version.logGroup().equals("/aws/lambda/" + function.name()) ? "" : function.name();
        return new LogStreamName(
                function.account().value(),
                function.region().value(),
                version.logGroup(),
                DAY.format(now) + "/" + shared + "[" + version.version() + "]" + environment);
    }
}
