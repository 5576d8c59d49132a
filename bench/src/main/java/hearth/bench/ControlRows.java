package hearth.bench;

import static hearth.bench.Report.format;
import static hearth.bench.Report.millis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// The control plane, with few functions and with very many, beside a bare HTTP server that returns the same bytes.
///
/// Hearth and the bare server take turns, as in `WarmRows`; a ratio is the median of the rounds' ratios.
final class ControlRows {
    private static final int FEW = 10;
    private static final int CONNECTIONS = 16;
    private static final int CREATORS = 32;
    private static final int ROUNDS = 7;

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

    /// Medians of one request's rounds.
    private record Turns(double perSecond, double barePerSecond, double ratio, long errors) {}

    private record Figures(Turns getFunction, Turns listFunctions, Turns invoke) {}

    void run() throws Exception {
        var data = folder.resolve("data-control");
        Figures few;
        Figures most;
        try (var hearth = HearthServer.start(repository, data)) {
            var language = Language.all().getFirst();
            hearth.create("known", language.runtime(), "app.handler", language.zip("known"), 1769);
            create(hearth, 1, FEW);
            few = measure(hearth);
            var begin = System.nanoTime();
            create(hearth, FEW, many);
            var seconds = (System.nanoTime() - begin) / 1e9;
            report.row(
                    "CreateFunction, " + CREATORS + " callers",
                    format((many - FEW) / seconds) + "/s",
                    many - FEW + " functions");
            most = measure(hearth);
        }
        beside("GetFunction", few.getFunction);
        grown("GetFunction", few.getFunction, most.getFunction);
        grown("ListFunctions, pages of 10", few.listFunctions, most.listFunctions);
        grown("Invoke", few.invoke, most.invoke);
        startUp(data);
    }

    private void beside(String name, Turns turns) {
        report.row(
                name + ", " + CONNECTIONS + " connections",
                format(turns.perSecond) + "/s",
                format(turns.barePerSecond) + "/s",
                turns.ratio,
                "errors " + turns.errors);
    }

    private void grown(String name, Turns few, Turns most) {
        report.row(
                name + " with " + many + " functions",
                format(most.perSecond) + "/s",
                format(few.perSecond) + "/s with " + FEW,
                most.ratio / few.ratio,
                "ratio of both beside the bare server; errors " + most.errors);
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
                millis(Floors.median(nanos)),
                "median of " + nanos.length + "; without any: the row \"time to ready\"");
    }

    private Figures measure(HearthServer hearth) throws Exception {
        return new Figures(
                turns(hearth, hearth.request("GET", "/2015-03-31/functions/known", "")),
                turns(hearth, hearth.request("GET", "/2015-03-31/functions?MaxItems=10", "")),
                turns(hearth, hearth.invocation("known")));
    }

    private Turns turns(HearthServer hearth, byte[] request) throws Exception {
        var answer = hearth.send(request);
        var body = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8);
        var file = Files.write(folder.resolve("answer.json"), body);
        var bareRequest = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
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
                    hearth.address().getAddress(),
                    Integer.parseInt(bare.inputReader().readLine()));
            var mine = new double[ROUNDS];
            var theirs = new double[ROUNDS];
            var ratios = new double[ROUNDS];
            var errors = 0L;
            // The first rounds are for the compilers of both.
            for (int i = -warmUp; i < ROUNDS; i++) {
                var one = Load.run(hearth.address(), request, CONNECTIONS, round);
                var other = Load.run(address, bareRequest, CONNECTIONS, round);
                if (i >= 0) {
                    mine[i] = one.perSecond();
                    theirs[i] = other.perSecond();
                    ratios[i] = mine[i] / theirs[i];
                    errors += one.errors();
                }
            }
            return new Turns(Floors.median(mine), Floors.median(theirs), Floors.median(ratios), errors);
        } finally {
            bare.destroy();
            bare.waitFor();
        }
    }

    /// Creates the functions of these numbers, each caller on a connection of its own.
    private static void create(HearthServer hearth, int from, int to) throws Exception {
        var zip = Base64.getEncoder()
                .encodeToString(Language.all().getFirst().zip("a text of about a kilobyte " + "x".repeat(900)));
        var next = new AtomicInteger(from);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < CREATORS; i++) {
                callers.add(threads.submit(() -> {
                    try (var connection = hearth.connect()) {
                        for (int number = next.getAndIncrement(); number < to; number = next.getAndIncrement()) {
                            HearthServer.expect(
                                    connection.send(hearth.request(
                                            "POST", "/2015-03-31/functions", """
                                    {"FunctionName":"many-%d","Runtime":"python3.12","Handler":"app.handler",\
                                    "Role":"arn:aws:iam::000000000000:role/bench","Code":{"ZipFile":"%s"}}""".formatted(number, zip))),
                                    201);
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
}
