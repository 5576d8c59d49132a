package hearth.conformance;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// A broker of RabbitMQ's own, as Debian has it, on the loopback, with folders, a port mapper and a user of its own.
public final class RabbitMqBroker implements AutoCloseable {
    public static final String WHY_NOT = "RabbitMQ is not installed: apt-get install rabbitmq-server";

    public static final String USER = "app";
    public static final String PASSWORD = "secret-word";
    public static final String VIRTUAL_HOST = "shop";

    private static final Duration CONFIRMED_WITHIN = Duration.ofSeconds(10);
    private static final Path INSTALLED = Path.of("/usr/lib/rabbitmq/lib");

    private final Path folder;
    private final int port;
    private final int mapperPort;
    private final int distributionPort;
    private final Process mapper;
    private Process server;

    private RabbitMqBroker(Path folder) throws IOException {
        this.folder = folder;
        this.port = Haproxy.freePort();
        this.mapperPort = Haproxy.freePort();
        this.distributionPort = Haproxy.freePort();
        Files.writeString(folder.resolve("env.conf"), "");
        Files.writeString(folder.resolve("plugins"), "[].");
        Files.writeString(
                folder.resolve("rabbitmq.conf"),
                "default_user = " + USER + "\ndefault_pass = " + PASSWORD + "\ndefault_vhost = " + VIRTUAL_HOST + "\n");
        this.mapper = run("epmd", "-address", "127.0.0.1", "-port", String.valueOf(mapperPort));
        this.server = launch();
    }

    public static boolean isThere() {
        return program().isPresent();
    }

    private static Optional<Path> program() {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (var versions = Files.list(INSTALLED)) {
            return versions.map(version -> version.resolve("sbin/rabbitmq-server"))
                    .filter(Files::isExecutable)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Begins to start one.
    public static RabbitMqBroker launchOne() {
        try {
            return new RabbitMqBroker(TestServer.temporaryFolder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() throws IOException {
        return run(program().orElseThrow().toString());
    }

    private Process run(String... command) throws IOException {
        var program = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        var of = Map.ofEntries(
                Map.entry("HOME", folder.toString()),
                Map.entry("ERL_EPMD_PORT", String.valueOf(mapperPort)),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODENAME", "hearth-" + port + "@localhost"),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODE_PORT", String.valueOf(port)),
                Map.entry("RABBITMQ_DIST_PORT", String.valueOf(distributionPort)),
                Map.entry("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
                Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString()),
                Map.entry("RABBITMQ_LOG_BASE", folder.resolve("log").toString()),
                Map.entry(
                        "RABBITMQ_ENABLED_PLUGINS_FILE",
                        folder.resolve("plugins").toString()),
                Map.entry(
                        "RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString()),
                Map.entry("RABBITMQ_CONF_ENV_FILE", folder.resolve("env.conf").toString()),
                Map.entry("RABBITMQ_PID_FILE", folder.resolve("pid").toString()));
        program.environment().putAll(of);
        var process = program.start();
        LastWatch.begins(process.pid());
        var _ = process.onExit().thenRun(() -> LastWatch.hasEnded(process.pid()));
        return process;
    }

    public String url() {
        return "amqp://127.0.0.1:" + port;
    }

    /// What is done by a channel.
    @FunctionalInterface
    public interface Work<T> {
        T by(Channel channel) throws IOException;
    }

    public <T> T work(Work<T> work) {
        try (var connection = factory().newConnection();
                var channel = connection.createChannel()) {
            return work.by(channel);
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private ConnectionFactory factory() {
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setUsername(USER);
        factory.setPassword(PASSWORD);
        factory.setVirtualHost(VIRTUAL_HOST);
        return factory;
    }

    public void awaitStart() {
        Await.until(this::output, () -> {
            try (var connection = factory().newConnection()) {
                return connection.isOpen();
            } catch (IOException | TimeoutException e) {
                return false;
            }
        });
    }

    private String output() {
        try {
            return Files.readString(folder.resolve("output"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    public void create(String queue) {
        work(channel -> channel.queueDeclare(queue, true, false, false, Map.of()));
    }

    public void send(String queue, List<String> texts) {
        work(channel -> {
            for (var text : texts) {
                channel.basicPublish(
                        "", queue, MessageProperties.PERSISTENT_BASIC, text.getBytes(StandardCharsets.UTF_8));
            }
            return texts;
        });
    }

    /// Sends one, and waits until the broker has it on its disk.
    public void sendAndConfirm(String queue, BasicProperties properties, String text) {
        work(channel -> {
            channel.confirmSelect();
            channel.basicPublish("", queue, properties, text.getBytes(StandardCharsets.UTF_8));
            try {
                channel.waitForConfirmsOrDie(CONFIRMED_WITHIN.toMillis());
            } catch (InterruptedException | TimeoutException e) {
                throw new IOException(e);
            }
            return text;
        });
    }

    /// How many messages wait to be handed out.
    long waiting(String queue) {
        return work(channel -> channel.messageCount(queue));
    }

    long consumers(String queue) {
        return work(channel -> channel.consumerCount(queue));
    }

    public ProcessHandle process() {
        return server.toHandle();
    }

    /// Ends it with no last word.
    public void kill() {
        end(server);
    }

    public void startAgain() {
        try {
            server = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The shell that started it does not hand on what it is told.
    private static void end(Process process) {
        var all = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit().join());
    }

    @Override
    public void close() {
        end(server);
        end(mapper);
    }
}
