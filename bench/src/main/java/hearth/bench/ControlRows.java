package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// The control plane, with few functions and with very many, beside a bare HTTP server that returns the same bytes.
///
/// All three servers take turns, each first in a third of the rounds; a ratio is the median of the rounds' ratios.
final class ControlRows {
    private static final int FEW = 10;
    private static final int CONNECTIONS = 16;
    private static final int CREATORS = 32;
    private static final int ROUNDS = 9;

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final int many;
    private final Duration round;
    private final int warmUp;

    ControlRows(Report report, Path repository, Path folder, boolean quick) {
        this.report = report;
        this.repository = repository;
        this.folder = folder;
        this.many = quick ? 2_000 : 100_000;
        this.round = quick ? Duration.ofMillis(300) : Duration.ofSeconds(1);
        this.warmUp = quick ? 3 : 10;
    }

    /// One request's rounds.
    private record Turns(double[] few, double[] most, double[] bare, long errors) {}

    /// The request that is measured, as one server's keys sign it.
    private interface Signed {
        byte[] by(HearthServer server);
    }

    /// One server's share of a round.
    private interface Turn {
        Load.Result run() throws IOException;
    }

    void run() throws Exception {
        var fewData = folder.resolve("data-control-few");
        var mostData = folder.resolve("data-control");
        fill(fewData, FEW);
        Report.progress("control plane: creating " + many + " functions");
        report.row(
                "CreateFunction, " + CREATORS + " callers",
                Figure.NONE,
                Figure.NONE,
                Figure.of(fill(mostData, many), "/s"),
                many + " functions");
        // Both start anew: the compilers of one that has just created so many know other things than the other's.
        try (var few = HearthServer.start(repository, fewData);
                var most = HearthServer.start(repository, mostData)) {
            var getFunction = turns(few, most, server -> server.request("GET", "/2015-03-31/functions/known", ""));
            beside("GetFunction", getFunction);
            grown("GetFunction", getFunction);
            grown(
                    "ListFunctions, pages of 10",
                    turns(few, most, server -> server.request("GET", "/2015-03-31/functions?MaxItems=10", "")));
            grown("Invoke", turns(few, most, server -> server.invocation("known")));
        }
        startUp(mostData);
    }

    /// Creates so many functions, and one that is known; returns how many a second.
    private double fill(Path data, int count) throws Exception {
        try (var server = HearthServer.start(repository, data)) {
            var language = Language.all().getFirst();
            server.create("known", language.runtime(), "app.handler", language.zip("known"), 1769);
            var zip = kilobyte();
            var begin = System.nanoTime();
            create(server, "many-", count, zip);
            return count * 1e9 / (System.nanoTime() - begin);
        }
    }

    private void beside(String name, Turns turns) {
        report.row(
                name + ", " + CONNECTIONS + " connections",
                Figure.of(Floors.median(turns.bare), "/s"),
                Figure.NONE,
                Figure.of(Floors.median(turns.few), "/s"),
                ratio(turns.few, turns.bare),
                Double.NaN,
                "errors " + turns.errors);
    }

    private void grown(String name, Turns turns) {
        report.row(
                name + " with " + many + " functions",
                Figure.of(Floors.median(turns.few), "/s").with("with " + FEW),
                Figure.NONE,
                Figure.of(Floors.median(turns.most), "/s"),
                ratio(turns.most, turns.few),
                Double.NaN,
                "errors " + turns.errors);
    }

    private static double ratio(double[] some, double[] others) {
        var ratios = new double[some.length];
        Arrays.setAll(ratios, i -> some[i] / others[i]);
        return Floors.median(ratios);
    }

    private void startUp(Path data) throws IOException {
        var nanos = new double[5];
        for (int i = 0; i < nanos.length; i++) {
            try (var hearth = HearthServer.start(repository, data)) {
                nanos[i] = hearth.timeToReady().toNanos();
            }
        }
        report.row(
                "time to ready with " + many + " functions",
                Figure.NONE,
                Figure.NONE,
                Figure.millis(Floors.median(nanos)),
                "median of " + nanos.length + "; without any: the row \"time to ready\"");
    }

    private Turns turns(HearthServer few, HearthServer most, Signed request) throws Exception {
        var ofFew = request.by(few);
        var ofMost = request.by(most);
        var answer = few.send(ofFew);
        var body = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8);
        var file = Files.write(folder.resolve("answer.json"), body);
        var ofBare = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        var bare = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareAnswers.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            var address = new InetSocketAddress(
                    few.address().getAddress(),
                    Integer.parseInt(bare.inputReader().readLine()));
            List<Turn> turns = List.of(
                    () -> Load.run(few.address(), ofFew, CONNECTIONS, round),
                    () -> Load.run(most.address(), ofMost, CONNECTIONS, round),
                    () -> Load.run(address, ofBare, CONNECTIONS, round));
            var perSecond = new double[turns.size()][ROUNDS];
            var errors = 0L;
            // The first rounds are for the compilers of all.
            for (int i = -warmUp; i < ROUNDS; i++) {
                for (int turn = 0; turn < turns.size(); turn++) {
                    // What a server has left to do when its turn is over would burden the same one every time.
                    int server = (turn + i + warmUp) % turns.size();
                    var result = turns.get(server).run();
                    if (i >= 0) {
                        perSecond[server][i] = result.perSecond();
                        errors += result.errors();
                    }
                }
            }
            report.errors(errors);
            return new Turns(perSecond[0], perSecond[1], perSecond[2], errors);
        } finally {
            bare.destroy();
            bare.waitFor();
        }
    }

    /// Creates so many functions, each caller on a connection of its own.
    ///
    /// @param zip as `kilobyte` makes it
    static void create(HearthServer hearth, String prefix, int count, String zip) throws Exception {
        var next = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < CREATORS; i++) {
                callers.add(threads.submit(() -> {
                    try (var connection = hearth.connect()) {
                        for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                            HearthServer.expect(connection.send(creation(hearth, prefix + number, zip)), 201);
                        }
                    }
                    return null;
                }));
            }
            for (var caller : callers) {
                caller.get();
            }
        }
    }

    /// @param zip as `kilobyte` makes it
    static void createOne(HearthServer hearth, String name, String zip) throws IOException {
        HearthServer.expect(hearth.send(creation(hearth, name, zip)), 201);
    }

    /// A package of about so much, as requests have it; it asks the interpreters, which takes long.
    static String kilobyte() throws IOException {
        return Base64.getEncoder()
                .encodeToString(Language.all().getFirst().zip("a text of about a kilobyte " + "x".repeat(900)));
    }

    private static byte[] creation(HearthServer hearth, String name, String zip) {
        return hearth.request("POST", "/2015-03-31/functions", """
                {"FunctionName":"%s","Runtime":"python3.12","Handler":"app.handler",\
                "Role":"arn:aws:iam::000000000000:role/bench","Code":{"ZipFile":"%s"}}""".formatted(name, zip));
    }
}
