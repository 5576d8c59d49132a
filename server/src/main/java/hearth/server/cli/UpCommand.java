package hearth.server.cli;

import hearth.model.Bytes;
import hearth.server.AuthMode;
import hearth.server.Hearth;
import hearth.server.Role;
import hearth.server.ServerConfig;
import hearth.server.StartException;
import hearth.worker.linux.OwnProcess;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxKind;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/// `hearth up`: runs the server until it is told to stop.
final class UpCommand {
    private static final String AUTO = "auto";

    private static final Option HOST =
            Option.of("--host", "ADDRESS", "127.0.0.1", "Address to listen on").orEnvironment("HEARTH_HOST");
    private static final Option PORT = Option.of("--port", "PORT", "9000", "TCP port to listen on; 0 takes a free one")
            .orEnvironment("HEARTH_PORT");
    private static final Option PUBLIC_URL = Option.of(
                    "--public-url",
                    "URL",
                    "",
                    "Where clients reach this server, for the URLs that it gives out; else as each request names it")
            .orEnvironment("HEARTH_PUBLIC_URL");
    private static final Option AUTH = Option.of(
                    "--auth",
                    "none|sigv4",
                    "none",
                    "Who is let in: all who can connect, or who signs with a key of `hearth keys create`")
            .orEnvironment("HEARTH_AUTH");
    private static final Option ACCOUNT = Option.of(
                    "--account-id",
                    "12-DIGITS",
                    "000000000000",
                    "Account of requests whose access key is not an account itself")
            .orEnvironment("HEARTH_ACCOUNT_ID");
    private static final Option SANDBOX = Option.of(
                    "--sandbox",
                    "KIND",
                    AUTO,
                    "namespaces, bubblewrap, process or microvm; auto takes the strongest of the first three that works here")
            .orEnvironment("HEARTH_SANDBOX");
    private static final Option NO_INTERNET =
            Option.flag("--no-internet", "Functions reach nothing outside").orEnvironment("HEARTH_NO_INTERNET");
    private static final Option ALLOW_NETWORK = Option.list(
                    "--allow-network",
                    "CIDR",
                    "A private network that functions may reach all the same, such as 10.1.0.0/16; repeatable")
            .orEnvironment("HEARTH_ALLOW_NETWORK");
    private static final Option NAME_SERVER = Option.list(
                    "--name-server", "IP", "The name server that functions ask instead of the host's; repeatable")
            .orEnvironment("HEARTH_NAME_SERVER");
    private static final Option FUNCTION_ENDPOINTS = Option.of(
                    "--function-endpoints",
                    "on|off",
                    "on",
                    "Whether functions find this server and the endpoints of --endpoint in their environment, and reach"
                            + " them there")
            .orEnvironment("HEARTH_FUNCTION_ENDPOINTS");
    private static final Option POOL_MEMORY = Option.of(
                    "--pool-memory",
                    "MIB",
                    "256",
                    "What runtimes may take that are booted ahead of their functions, or microVMs; 0 for none")
            .orEnvironment("HEARTH_POOL_MEMORY");
    private static final Option PROVISIONED_SHARE = Option.of(
                    "--provisioned-share",
                    "PERCENT",
                    "75",
                    "How much of this host environments may take that are kept initialised (provisioned concurrency)")
            .orEnvironment("HEARTH_PROVISIONED_SHARE");
    private static final Option IDLE_TIMEOUT = Option.of(
                    "--idle-timeout", "TIME", "10m", "After how long without an invocation an environment ends")
            .orEnvironment("HEARTH_IDLE_TIMEOUT");
    private static final Option ROLES = Option.of(
                    "--roles", "LIST", "control,frontend,worker,events", "The parts that this process takes")
            .orEnvironment("HEARTH_ROLES");
    private static final Option LOOPS = Option.of(
                    "--loops", "COUNT", "1", "Event loops; more only where one keeps a core busy")
            .orEnvironment("HEARTH_LOOPS");

    private static final Option READY_FILE = Option.of(
                    "--ready-file", "FILE", "", "A file that is there, with the server's address, while it is ready")
            .orEnvironment("HEARTH_READY_FILE");
    private static final Option DETACH =
            Option.flag("--detach", "Runs the server in the background, and returns once it has its data folder");
    private static final Option WAIT =
            Option.flag("--wait", "Runs the server in the background, and returns once it is ready");
    static final Option WAIT_TIMEOUT =
            Option.of("--wait-timeout", "TIME", "60s", "How long --detach and --wait wait, before they fail");

    /// The options of the command that starts a server in the background, which that server does not get.
    private static final List<Option> FOREGROUND_ONLY = List.of(DETACH, WAIT, WAIT_TIMEOUT);

    static final Command COMMAND = new Command(
            "up",
            "",
            "Starts the server. Ctrl-C or SIGTERM stop it; a second one ends it at once.",
            options(),
            UpCommand::run);

    private UpCommand() {}

    private static List<Option> options() {
        var own = List.of(
                HOST,
                PORT,
                PUBLIC_URL,
                EndpointOptions.ENDPOINT,
                EndpointOptions.S3_ENDPOINT,
                FUNCTION_ENDPOINTS,
                Option.DATA,
                StoreOption.STORE,
                ObjectsOption.OBJECTS,
                AUTH,
                ACCOUNT,
                SANDBOX,
                NO_INTERNET,
                ALLOW_NETWORK,
                NAME_SERVER,
                POOL_MEMORY,
                PROVISIONED_SHARE,
                IDLE_TIMEOUT,
                ROLES,
                LOOPS,
                READY_FILE);
        return Stream.of(
                        own,
                        ServiceOptions.ALL,
                        SourceOptions.ALL,
                        LimitOptions.ALL,
                        ClusterOptions.ALL,
                        MicrovmOptions.ALL,
                        FOREGROUND_ONLY)
                .flatMap(List::stream)
                .toList();
    }

    private static int run(Arguments arguments) throws StartException, InterruptedException, IOException {
        OwnProcess.keepFilesPrivate();
        var config = config(arguments);
        var readyFile = new ReadyFile(
                arguments.text(READY_FILE).isEmpty() ? Optional.empty() : Optional.of(arguments.folder(READY_FILE)));
        if (arguments.flag(DETACH) || arguments.flag(WAIT)) {
            return BackgroundServer.start(
                    config.data(),
                    FOREGROUND_ONLY.stream().map(Option::name).toList(),
                    arguments.flag(WAIT),
                    arguments.duration(WAIT_TIMEOUT).orElseThrow());
        }
        if (BackgroundServer.isThis(arguments.environment())) {
            OwnProcess.leaveTerminal();
        }
        var stopped = new CountDownLatch(1);
        var _ = start(config, readyFile, NotifySocket.of(arguments.environment()), stopped);
        stopped.await();
        return 0;
    }

    /// The start up to the ready line, which the rehearsal takes as well.
    ///
    /// @param stopped reached when the process was told to end, and the server has
    static Hearth start(ServerConfig config, ReadyFile readyFile, NotifySocket notifySocket, CountDownLatch stopped)
            throws StartException, InterruptedException, IOException {
        readyFile.remove();
        System.out.println("Hearth " + Hearth.VERSION + " is starting, with its data in " + config.data());
        var names = FileNames.finding();
        if (!names.good()) {
            System.out.println("File names are in " + names.text() + "; " + names.remedy());
        }
        FatalErrors.endTheProcess();
        var start = new FutureTask<>(() -> Hearth.start(config));
        // SIGTERM and Ctrl-C run this, in the middle of a start too, and the process ends with 143 or 130 after it.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            Signals.endAtOnce();
            stop(start, readyFile, notifySocket);
            stopped.countDown();
        }));
        var _ = SlowStart.watch(start, SlowStart.PATIENCE);
        start.run();
        var hearth = started(start);
        System.out.print(new ReadyMessage(hearth, config, sinceStart()));
        System.out.flush();
        readyFile.write(hearth.url());
        notifySocket.ready(hearth.url());
        return hearth;
    }

    private static Hearth started(FutureTask<Hearth> start) throws StartException, InterruptedException {
        try {
            return start.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case StartException refusal -> throw refusal;
                case RuntimeException defect -> throw defect;
                case null, default -> throw new IllegalStateException("The start failed: " + e.getCause(), e);
            }
        }
    }

    /// Lets a start that has begun come to its end first: half a start cannot be undone.
    private static void stop(FutureTask<Hearth> start, ReadyFile readyFile, NotifySocket notifySocket) {
        try (var hearth = start.get()) {
            System.out.println("Stopping the server at " + hearth.address());
            notifySocket.stopping();
            readyFile.remove();
        } catch (ExecutionException e) {
            // There is nothing to stop, and the command itself says why.
            return;
        } catch (IOException e) {
            System.err.println("hearth: the file that tells of readiness cannot be removed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.println("Stopped");
    }

    static ServerConfig config(Arguments arguments) {
        var idleTimeout = arguments.duration(IDLE_TIMEOUT).orElse(Duration.ZERO);
        if (!idleTimeout.isPositive()) {
            throw new UsageException(IDLE_TIMEOUT.name() + " is more than zero");
        }
        return new ServerConfig(
                arguments.text(HOST),
                arguments.number(PORT, 0, 65_535),
                url(arguments, PUBLIC_URL),
                EndpointOptions.endpoints(arguments),
                onOrOff(arguments, FUNCTION_ENDPOINTS),
                arguments.folder(Option.DATA),
                StoreOption.url(arguments, StoreOption.STORE),
                ObjectsOption.location(arguments),
                auth(arguments.text(AUTH)),
                arguments.account(ACCOUNT),
                sandbox(arguments.text(SANDBOX)),
                network(arguments),
                Bytes.mebibytes(arguments.number(POOL_MEMORY, 0, 1 << 20)),
                arguments.number(PROVISIONED_SHARE, 0, 100),
                idleTimeout,
                LimitOptions.limits(arguments),
                LimitOptions.streamPace(arguments),
                roles(arguments.text(ROLES)),
                arguments.number(LOOPS, 1, 64),
                ServiceOptions.config(arguments),
                ClusterOptions.config(arguments),
                MicrovmOptions.config(arguments),
                Guest.folder());
    }

    private static Optional<URI> url(Arguments arguments, Option option) {
        var text = arguments.text(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            var url = new URI(text.replaceAll("/+$", ""));
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (web && url.getHost() != null && url.getRawQuery() == null && url.getRawFragment() == null) {
                return Optional.of(url);
            }
        } catch (URISyntaxException e) {
            throw new UsageException(option.name() + " is no URL: " + e.getMessage());
        }
        throw new UsageException(option.name() + " is such as https://lambda.example.com, and not " + text);
    }

    private static boolean onOrOff(Arguments arguments, Option option) {
        return switch (arguments.text(option)) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new UsageException(option.name() + " is on or off, and not " + arguments.text(option));
        };
    }

    private static AuthMode auth(String name) {
        return switch (name) {
            case "none" -> AuthMode.NONE;
            case "sigv4" -> AuthMode.SIGV4;
            default -> throw new UsageException(AUTH.name() + " is none or sigv4, and not " + name);
        };
    }

    private static Optional<SandboxKind> sandbox(String name) {
        if (name.equals(AUTO)) {
            return Optional.empty();
        }
        for (var kind : SandboxKind.values()) {
            if (kind.label().equals(name)) {
                return Optional.of(kind);
            }
        }
        throw new UsageException(
                SANDBOX.name() + " is auto, namespaces, bubblewrap, process or microvm, and not " + name);
    }

    private static NetworkPolicy network(Arguments arguments) {
        var internet = !arguments.flag(NO_INTERNET);
        var allowed = arguments.list(ALLOW_NETWORK);
        var nameServers = arguments.list(NAME_SERVER);
        if (!internet && !(allowed.isEmpty() && nameServers.isEmpty())) {
            throw new UsageException(NO_INTERNET.name() + " leaves nothing for " + ALLOW_NETWORK.name() + " and "
                    + NAME_SERVER.name() + " to allow");
        }
        try {
            return new NetworkPolicy(internet, allowed, nameServers);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static EnumSet<Role> roles(String list) {
        var roles = EnumSet.noneOf(Role.class);
        for (var name : list.split(",")) {
            try {
                roles.add(Role.valueOf(name.strip().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new UsageException(ROLES.name() + " are control, frontend, worker and events, and not " + name);
            }
        }
        return roles;
    }

    /// Since the script began, if it says when. The kernel tells of processes only to the second.
    private static Duration sinceStart() {
        var micros = Long.getLong("hearth.started");
        return micros == null
                ? Duration.ofNanos(System.nanoTime() - Main.STARTED)
                : Duration.between(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), Instant.now());
    }
}
