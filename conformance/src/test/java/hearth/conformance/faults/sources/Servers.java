package hearth.conformance.faults.sources;

import hearth.conformance.Clients;
import hearth.conformance.HearthProcess;
import hearth.conformance.Moto;
import hearth.model.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// One server with a store of its own, or two that share one in PostgreSQL.
final class Servers implements AutoCloseable {
    private static final Pattern POLLED =
            Pattern.compile("(?m)^lambda_polled_event_count_total\\{[^}]*} ([0-9.e+]+)$", Pattern.CASE_INSENSITIVE);

    private final Path folder;
    private final List<List<String>> options = new ArrayList<>();
    private final List<HearthProcess> processes = new ArrayList<>();
    private final List<AutoCloseable> atTheEnd = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private String accessKey = "test";
    private String secretKey = "test";

    private Servers(Path folder) {
        this.folder = folder;
    }

    /// @param more options, of each
    static Servers one(Path folder, List<String> more) {
        var servers = new Servers(folder);
        servers.options.add(more);
        servers.startAll();
        return servers;
    }

    /// @param more options, of each
    static Servers two(Path folder, List<String> more) throws IOException, InterruptedException {
        var servers = new Servers(folder);
        var postgres = TestPostgres.start();
        servers.atTheEnd.add(postgres);
        var moto = Moto.start();
        servers.atTheEnd.add(moto);
        servers.makeBucket(moto.url());
        var store = postgres.newDatabase();
        var certificates = folder.resolve("certificates");
        run("cluster", "init", certificates.toString());
        for (var host : List.of("host0", "host1")) {
            run("cluster", "certificate", certificates.toString(), host, "--address", "127.0.0.1");
            var own = List.of(
                    "--roles",
                    "control,frontend,worker,events",
                    "--auth",
                    "sigv4",
                    "--store",
                    store,
                    "--objects",
                    "s3://packages/hearth?endpoint=" + moto.url(),
                    "--cluster-listen",
                    "127.0.0.1:" + TestPostgres.freePort(),
                    "--workers-listen",
                    "127.0.0.1:0",
                    "--cluster-certificates",
                    certificates.resolve(host).toString(),
                    "--zone",
                    host,
                    "--pool-memory",
                    "0");
            servers.options.add(Stream.concat(own.stream(), more.stream()).toList());
        }
        var key = run("keys", "create", "--store", store).lines().toList();
        servers.accessKey = key.get(0).replaceAll(".*: +", "");
        servers.secretKey = key.get(1).replaceAll(".*: +", "");
        servers.startAll();
        return servers;
    }

    private void makeBucket(URI s3) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(s3.resolve("/packages"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host,"
                                + " Signature=0")
                .build();
        http.send(request, BodyHandlers.discarding());
    }

    private static String run(String... words) throws IOException {
        var process = HearthProcess.command(List.of(words))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private void startAll() {
        for (int i = 0; i < options.size(); i++) {
            processes.add(launch(i));
        }
    }

    private HearthProcess launch(int index) {
        return HearthProcess.start(
                folder.resolve("host" + index),
                Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test"),
                options.get(index).toArray(String[]::new));
    }

    boolean areMembers() {
        return options.size() > 1;
    }

    /// A client of one that is alive.
    LambdaClient lambda() {
        var alive =
                processes.stream().filter(HearthProcess::isAlive).findFirst().orElseThrow();
        return Clients.lambda(alive.endpoint(), accessKey, secretKey, Region.EU_WEST_1);
    }

    /// How much each has polled since it started.
    List<Double> polled() {
        return processes.stream().map(this::polled).toList();
    }

    private double polled(HearthProcess server) {
        try {
            var metrics = http.send(
                            HttpRequest.newBuilder(server.endpoint().resolve("/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            return POLLED.matcher(metrics)
                    .results()
                    .mapToDouble(found -> Double.parseDouble(found.group(1)))
                    .sum();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /// The index of the server that has polled most since.
    int poller(List<Double> before) {
        var now = polled();
        return IntStream.range(0, now.size())
                .boxed()
                .max((one, other) -> Double.compare(now.get(one) - before.get(one), now.get(other) - before.get(other)))
                .orElseThrow();
    }

    void kill(int index) {
        processes.get(index).kill();
    }

    void stop(int index) {
        processes.get(index).close();
    }

    void startAgain(int index) {
        processes.set(index, launch(index));
    }

    ProcessHandle process(int index) {
        return ProcessHandle.of(processes.get(index).pid()).orElseThrow();
    }

    /// Everything that they have printed since they started last.
    String output() {
        return String.join("\n", processes.stream().map(HearthProcess::output).toList());
    }

    @Override
    public void close() {
        processes.forEach(HearthProcess::close);
        http.close();
        for (var each : atTheEnd.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                System.err.println(e);
            }
        }
    }
}
