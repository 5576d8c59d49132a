package hearth.server.cli;

import hearth.model.AccountId;
import hearth.server.AuthMode;
import hearth.server.Hearth;
import hearth.server.Role;
import hearth.server.ServerConfig;
import hearth.server.StartException;
import hearth.worker.sandbox.SandboxKind;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hearth up`: runs the server until it is told to stop.
@Command(
        name = "up",
        description = "Starts the server.",
        footer = {"", "Each option can be set in the environment too: --idle-timeout as HEARTH_IDLE_TIMEOUT."},
        sortOptions = false)
final class UpCommand implements Callable<Integer> {
    private static final String AUTO = "auto";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "${env:HEARTH_HOST:-127.0.0.1}",
            description = "Address to listen on (${DEFAULT-VALUE}).")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "${env:HEARTH_PORT:-9000}",
            description = "TCP port to listen on; 0 for any that is free (${DEFAULT-VALUE}).")
    private int port;

    @Mixin
    private DataFolder data = new DataFolder();

    @Option(
            names = "--auth",
            paramLabel = "none|sigv4",
            defaultValue = "${env:HEARTH_AUTH:-none}",
            description = "Who is let in: everyone who can connect, or who signs with a key of `hearth keys create`."
                    + " Addresses other than loopback need sigv4 (${DEFAULT-VALUE}).")
    private AuthMode auth = AuthMode.SIGV4;

    @Option(
            names = "--account-id",
            paramLabel = "12 DIGITS",
            defaultValue = "${env:HEARTH_ACCOUNT_ID:-000000000000}",
            description = "Account of requests whose access key is not an account itself (${DEFAULT-VALUE}).")
    private String account = "";

    @Option(
            names = "--sandbox",
            paramLabel = "namespaces|bubblewrap|process|auto",
            defaultValue = "${env:HEARTH_SANDBOX:-auto}",
            description = "How functions are isolated; auto takes the strongest that works here (${DEFAULT-VALUE}).")
    private String sandbox = "";

    @Option(
            names = "--internet",
            negatable = true,
            defaultValue = "${env:HEARTH_INTERNET:-true}",
            fallbackValue = "true",
            description = "Whether functions reach the internet (${DEFAULT-VALUE}).")
    private boolean internet;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            defaultValue = "${env:HEARTH_IDLE_TIMEOUT:-10m}",
            description = "After how long without an invocation an environment ends (${DEFAULT-VALUE}).")
    private Duration idleTimeout = Duration.ZERO;

    @Option(
            names = "--concurrency",
            paramLabel = "COUNT",
            defaultValue = "${env:HEARTH_CONCURRENCY:-1000}",
            description = "Invocations that an account may run at once in a region (${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--roles",
            paramLabel = "control,frontend,worker",
            split = ",",
            defaultValue = "${env:HEARTH_ROLES:-control,frontend,worker}",
            description = "The parts that this process takes (${DEFAULT-VALUE}).")
    private Set<Role> roles = EnumSet.noneOf(Role.class);

    @Option(
            names = "--loops",
            paramLabel = "COUNT",
            defaultValue = "${env:HEARTH_LOOPS:-1}",
            description = "Event loops; more only where one keeps a core busy (${DEFAULT-VALUE}).")
    private int loops;

    @Override
    public Integer call() throws StartException, InterruptedException {
        var config = config();
        System.out.println("Hearth " + Hearth.VERSION + ": starting, data in " + config.data());
        var hearth = Hearth.start(config);
        var stopped = new CountDownLatch(1);
        // SIGTERM and Ctrl-C run this, and the process ends with 143 or 130 after it.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            System.out.println("Stopping");
            hearth.close();
            System.out.println("Stopped");
            stopped.countDown();
        }));
        System.out.print(new ReadyMessage(hearth, config, sinceProcessStart()));
        System.out.flush();
        stopped.await();
        return 0;
    }

    ServerConfig config() {
        if (!AccountId.isValid(account)) {
            throw refused("--account-id has 12 digits, and this has not: " + account);
        }
        if (port < 0 || port > 65_535) {
            throw refused("--port is a number from 0 to 65535, and not " + port);
        }
        if (loops < 1 || concurrency < 1 || idleTimeout.isZero()) {
            throw refused("--loops, --concurrency and --idle-timeout are more than zero");
        }
        return new ServerConfig(
                host,
                port,
                data.path(),
                auth,
                new AccountId(account),
                sandboxKind(),
                internet,
                idleTimeout,
                concurrency,
                roles,
                loops,
                Guest.folder());
    }

    private Optional<SandboxKind> sandboxKind() {
        if (sandbox.equals(AUTO)) {
            return Optional.empty();
        }
        for (var kind : SandboxKind.values()) {
            if (kind.label().equals(sandbox)) {
                return Optional.of(kind);
            }
        }
        var kinds = EnumSet.allOf(SandboxKind.class).stream()
                .map(SandboxKind::label)
                .collect(Collectors.joining(", "));
        throw refused("--sandbox is " + AUTO + " or one of " + kinds + ", and not " + sandbox.toLowerCase(Locale.ROOT));
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static Duration sinceProcessStart() {
        var started = ProcessHandle.current().info().startInstant();
        return Duration.between(started.orElseGet(Instant::now), Instant.now());
    }
}
