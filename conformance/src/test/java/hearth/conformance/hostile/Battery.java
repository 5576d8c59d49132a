package hearth.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import hearth.conformance.Clients;
import hearth.conformance.HearthProcess;
import hearth.conformance.Zips;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/// A server with a victim on it and attackers beside it; keeps the table of what became of each attack.
final class Battery implements AutoCloseable {
    private static final String RUNTIME = "python3.11";
    private static final String ROLE = "arn:aws:iam::000000000000:role/any";

    /// What a thousand processes take on a slow machine is no time-out.
    private static final int PATIENCE_SECONDS = 240;

    private final Path directory;
    private final HearthProcess server;
    private final HttpServer service;
    private final LambdaClient lambda;
    private final Outside outside;
    private final Victim victim;
    private final Facts facts;
    private final long victimPid;
    private final Map<Attack.By, String> attackers = new EnumMap<>(Attack.By.class);
    private final List<String> table = new ArrayList<>();

    private Battery(Path directory, String kind) throws Exception {
        this.directory = directory;
        outside = new Outside(Files.createDirectory(directory.resolve("outside")));
        var data = directory.resolve("data");
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        service.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
        service.start();
        var endpoint = "s3=http://127.0.0.1:" + service.getAddress().getPort();
        server = HearthProcess.start(data, "--sandbox", kind, "--endpoint", endpoint);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        lambda = Clients.lambda(server.endpoint());
        var code = new HashMap<>(outside.code());
        code.put("app.py", Victim.CODE.getBytes(StandardCharsets.UTF_8));
        create(function(Victim.NAME, "app.handler", code, 256)
                .environment(e -> e.variables(Victim.VARIABLES))
                .build());
        victim = new Victim(lambda);
        // Before it is called on and on: the address is that of its one environment.
        var address = victim.address();
        victim.start();
        victimPid = Victim.pid(server);
        facts = new Facts(Map.of(
                "data",
                data.toString(),
                "victim",
                victimPid,
                "victimAddress",
                address,
                "victimPort",
                Victim.PORT,
                "addresses",
                hostAddresses(),
                "port",
                outside.port(),
                "abstract",
                "hearth-bait-" + outside.port()));
    }

    /// Skips the test where functions cannot be isolated.
    static Battery start() throws Exception {
        return start("namespaces");
    }

    /// @param kind of the sandboxes of attackers and victim
    static Battery start(String kind) throws Exception {
        assumeTrue(isRoot(), "sandboxes of namespaces need root");
        // Some attacks are tried as another user, who must reach them.
        return new Battery(
                Files.createTempDirectory(
                        "hearth-hostile",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))),
                kind);
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static List<String> hostAddresses() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .map(address -> address.getHostAddress().replaceAll("%.*", ""))
                .sorted()
                .toList();
    }

    /// Of everything that the server and the attacks write.
    Path directory() {
        return directory;
    }

    LambdaClient lambda() {
        return lambda;
    }

    /// How many files, sockets and pipes the server has open.
    long serverDescriptors() throws IOException {
        try (var entries = Files.list(Path.of("/proc", Long.toString(server.pid()), "fd"))) {
            return entries.count();
        }
    }

    boolean hasRuntime(String name) throws Exception {
        var listing = HearthProcess.command(List.of("runtimes"))
                .redirectErrorStream(true)
                .start();
        try (var lines = listing.inputReader()) {
            return lines.lines().anyMatch(line -> line.strip().startsWith(name) && !line.contains("install"));
        }
    }

    Outside outside() {
        return outside;
    }

    Facts facts() {
        return facts;
    }

    Victim victim() {
        return victim;
    }

    /// The attack works on the host, and not in a function; the victim notices neither.
    void attempt(Attack attack) throws Exception {
        var mark = victim.mark();
        var worked = onTheHost(attack);
        var stopped = inAFunction(attack);
        record(attack.name(), (worked.worked() ? "yes: " : "no: ") + worked.how(), stopped.how(), mark);

        if (!attack.mayWorkInside()) {
            assertThat(attack.isStopped(worked, stopped))
                    .as("%s is stopped for the reason %s: %s", attack, attack.reason(), stopped.how())
                    .isTrue();
        }
        if (attack.optional()) {
            assumeTrue(worked.worked(), () -> "this host's kernel has no " + attack + ": " + worked.how());
        }
        assertThat(worked.worked())
                .as("%s works outside: %s", attack, worked.how())
                .isTrue();
    }

    private Result onTheHost(Attack attack) throws Exception {
        try (var bait = new Bait()) {
            return outside.attempt(attack, facts.with("bait", bait.pid()));
        }
    }

    private Result inAFunction(Attack attack) throws Exception {
        try (var bait = new Bait()) {
            var result = attack(attacker(attack.by()), attack.name(), facts.with("bait", bait.pid()));
            assertThat(bait.lives()).as("the process that was to be killed").isTrue();
            return result;
        }
    }

    /// Has a function try an attack.
    Result attack(String function, String name, Facts facts) {
        var response = invoke(function, facts.with("attack", name).json());
        var payload = response.payload().asUtf8String();
        return response.functionError() == null ? Result.of(payload) : Result.ofFunctionError(payload);
    }

    InvokeResponse invoke(String function, String payload) {
        return lambda.invoke(r -> r.functionName(function).payload(SdkBytes.fromUtf8String(payload)));
    }

    /// Adds a line to the table, once the victim was called often enough.
    ///
    /// @param mark the victim's, from before the attack
    void record(String attack, String outside, String inside, int mark) {
        var window = victim.since(mark);
        var line = "%-28s | %-60s | %-60s | %d of %d, p99 %.1f ms"
                .formatted(
                        attack,
                        brief(outside),
                        brief(inside),
                        window.errors().size(),
                        window.calls(),
                        window.p99().toNanos() / 1e6);
        table.add(line);
        System.out.println(line);
        assertThat(window.errors()).as("the victim's errors during %s", attack).isEmpty();
    }

    private static String brief(String text) {
        return text.length() > 60 ? text.substring(0, 57) + "..." : text;
    }

    private String attacker(Attack.By by) throws IOException {
        var known = attackers.get(by);
        if (known != null) {
            return known;
        }
        var name = "attacker-" + by.megabytes;
        create(name, by.megabytes, PATIENCE_SECONDS);
        attackers.put(by, name);
        return name;
    }

    /// Makes an attacker of its own.
    void create(String name, int megabytes, int timeoutSeconds) throws IOException {
        create(function(name, "attacks.handler", outside.code(), megabytes)
                .timeout(timeoutSeconds)
                .build());
    }

    CreateFunctionRequest.Builder function(String name, String handler, Map<String, byte[]> code, int megabytes) {
        return function(name, handler, Zips.bytes(code), megabytes);
    }

    CreateFunctionRequest.Builder function(String name, String handler, byte[] zip, int megabytes) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime(RUNTIME)
                .handler(handler)
                .role(ROLE)
                .timeout(60)
                .memorySize(megabytes)
                .code(c -> c.zipFile(SdkBytes.fromByteArray(zip)));
    }

    void create(CreateFunctionRequest request) {
        lambda.createFunction(request);
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(request.functionName()));
    }

    /// Something on the host to be attacked.
    static final class Bait implements AutoCloseable {
        private final Process process;

        Bait() throws IOException {
            process = new ProcessBuilder("sleep", "300").start();
        }

        long pid() {
            return process.pid();
        }

        boolean lives() {
            return process.isAlive();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /// Prints the table; the victim's process is the one that it was at the beginning.
    @Override
    public void close() throws IOException {
        try (var _ = server;
                var _ = outside;
                var _ = victim) {
            System.out.println("attack | outside | inside | errors of the other function");
            table.forEach(System.out::println);
            assertThat(Victim.pid(server)).isEqualTo(victimPid);
        } finally {
            service.stop(0);
        }
        new ProcessBuilder("rm", "-rf", directory.toString()).start().onExit().join();
    }
}
