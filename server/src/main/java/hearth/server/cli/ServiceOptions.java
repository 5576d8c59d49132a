package hearth.server.cli;

import hearth.model.Bytes;
import hearth.server.ServiceConfig;
import hearth.server.metrics.MetricsConfig;
import hearth.server.records.RecordsConfig;
import hearth.server.urls.UrlSuffix;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The options of `hearth up` that say how the server is run, beside what it serves.
final class ServiceOptions {
    /// A name, `*.` and a name, or an address.
    private static final Pattern HOST_NAME =
            Pattern.compile("(\\*\\.)?[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*]?");

    private static final Option ALLOW_HOST = Option.list(
                    "--allow-host",
                    "NAME",
                    "A name by which requests may call this server without signatures, besides those of the loopback,"
                            + " of --host and --public-url; *.example.com is every name under it; repeatable")
            .orEnvironment("HEARTH_ALLOW_HOST");
    private static final Option URL_SUFFIX = Option.of(
                    "--url-suffix",
                    "DOMAIN",
                    "",
                    "What the names of function URLs end with, such as fn.example.com or https://fn.example.com, where"
                            + " all names under it lead here; else localhost")
            .orEnvironment("HEARTH_URL_SUFFIX");
    private static final Option DRAIN = Option.of(
                    "--drain", "TIME", "5s", "How long requests in hand may take once the server is told to stop")
            .orEnvironment("HEARTH_DRAIN");
    private static final Option ACCESS_LOG = Option.of(
                    "--access-log",
                    "on|off",
                    "on",
                    "Whether every request is recorded in access.log of the data folder")
            .orEnvironment("HEARTH_ACCESS_LOG");
    private static final Option AUDIT_LOG = Option.of(
                    "--audit-log",
                    "on|off",
                    "on",
                    "Whether what the control plane is asked is recorded in audit.log of the data folder")
            .orEnvironment("HEARTH_AUDIT_LOG");
    private static final Option RECORD_SIZE = Option.of(
                    "--record-size", "MIB", "16", "The size at which a file of these logs is put aside for the next")
            .orEnvironment("HEARTH_RECORD_SIZE");
    private static final Option RECORD_FILES = Option.of(
                    "--record-files", "COUNT", "4", "How many files of each are kept")
            .orEnvironment("HEARTH_RECORD_FILES");
    private static final Option METRICS = Option.of(
                    "--metrics", "on|off", "on", "Whether GET /metrics is answered to clients on this host")
            .orEnvironment("HEARTH_METRICS");
    private static final Option METRICS_FUNCTIONS = Option.of(
                    "--metrics-functions",
                    "COUNT",
                    "100",
                    "How many functions have figures of their own there; all others share theirs")
            .orEnvironment("HEARTH_METRICS_FUNCTIONS");

    private static final Option RETRY_BASE = Option.of(
                    "--retry-base",
                    "TIME",
                    "1m",
                    "The wait before an event's first retry after its function failed; the second waits twice as long")
            .orEnvironment("HEARTH_RETRY_BASE");

    static final List<Option> ALL = List.of(
            ALLOW_HOST,
            URL_SUFFIX,
            DRAIN,
            ACCESS_LOG,
            AUDIT_LOG,
            RECORD_SIZE,
            RECORD_FILES,
            METRICS,
            METRICS_FUNCTIONS,
            RETRY_BASE);

    private ServiceOptions() {}

    static ServiceConfig config(Arguments arguments) {
        for (var name : arguments.list(ALLOW_HOST)) {
            if (!HOST_NAME.matcher(name).matches()) {
                throw new UsageException(ALLOW_HOST.name()
                        + " is a name or an address without a port, such as hearth.example.com, and not " + name);
            }
        }
        return new ServiceConfig(
                Set.copyOf(arguments.list(ALLOW_HOST)),
                urlSuffix(arguments.text(URL_SUFFIX)),
                arguments.duration(DRAIN).orElse(Duration.ZERO),
                new RecordsConfig(
                        onOrOff(arguments, ACCESS_LOG),
                        onOrOff(arguments, AUDIT_LOG),
                        Bytes.mebibytes(arguments.number(RECORD_SIZE, 1, 1 << 14)),
                        arguments.number(RECORD_FILES, 1, 1_000)),
                new MetricsConfig(onOrOff(arguments, METRICS), arguments.number(METRICS_FUNCTIONS, 0, 10_000)),
                arguments.duration(RETRY_BASE).orElse(Duration.ZERO),
                SourceOptions.config(arguments));
    }

    private static Optional<UrlSuffix> urlSuffix(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(UrlSuffix.parse(text));
        } catch (IllegalArgumentException e) {
            throw new UsageException(URL_SUFFIX.name() + " " + e.getMessage());
        }
    }

    private static boolean onOrOff(Arguments arguments, Option option) {
        return switch (arguments.text(option)) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new UsageException(option.name() + " is on or off, and not " + arguments.text(option));
        };
    }
}
