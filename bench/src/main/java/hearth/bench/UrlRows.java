package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/// Requests to a function's URL beside signed invocations of the same function, which are their floor: both reach the
/// same environments of the same server, in turns.
final class UrlRows {
    private static final byte[] EVENT = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Pattern ID = Pattern.compile("[a-z0-9]{32}");

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final boolean quick;

    UrlRows(Report report, Path repository, Path folder, boolean quick) {
        this.report = report;
        this.repository = repository;
        this.folder = folder;
        this.quick = quick;
    }

    private record Round(Wrk.Result invoke, Wrk.Result url) {}

    void run(Language language, int connections) throws Exception {
        var what = "function URL, " + language.name() + ", " + connections + " connections";
        Report.progress(what);
        try (var hearth = HearthServer.start(repository, folder.resolve("urls"))) {
            var wrk = new Wrk(folder.resolve("urls.lua"));
            hearth.create("url", language.runtime(), language.handler(), language.zip("url"), 1769);
            var id = open(hearth, "url");
            for (var request : List.of(hearth.load("url", EVENT), request(hearth, id))) {
                wrk.run(hearth.address(), request, connections, quick ? 5 : 20);
            }
            var rounds = new ArrayList<Round>();
            for (int i = 0; i < (quick ? 3 : 7); i++) {
                int seconds = quick ? 1 : 2;
                var first = i % 2 == 0 ? null : wrk.run(hearth.address(), request(hearth, id), connections, seconds);
                var invoke = wrk.run(hearth.address(), hearth.load("url", EVENT), connections, seconds);
                rounds.add(new Round(
                        invoke,
                        first != null ? first : wrk.run(hearth.address(), request(hearth, id), connections, seconds)));
            }
            rows(what, rounds);
        }
    }

    /// Gives a function a URL that everybody may call.
    private static String open(HearthServer hearth, String function) throws IOException {
        var created = hearth.send("POST", "/2021-10-31/functions/" + function + "/url", "{\"AuthType\":\"NONE\"}");
        HearthServer.expect(created, 201);
        permit(
                hearth,
                function,
                "{\"StatementId\":\"url\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunctionUrl\","
                        + "\"FunctionUrlAuthType\":\"NONE\"}");
        permit(
                hearth,
                function,
                "{\"StatementId\":\"invoke\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunction\","
                        + "\"InvokedViaFunctionUrl\":true}");
        var id = ID.matcher(created);
        if (!id.find()) {
            throw new IOException("No id in: " + created);
        }
        return id.group();
    }

    private static void permit(HearthServer hearth, String function, String permission) throws IOException {
        HearthServer.expect(hearth.send("POST", "/2015-03-31/functions/" + function + "/policy", permission), 201);
    }

    private static Wrk.Request request(HearthServer hearth, String id) throws IOException {
        var host = id + ".lambda-url.us-east-1.localhost";
        var answer = hearth.send(("POST / HTTP/1.1\r\nHost: " + host
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + EVENT.length + "\r\n\r\n"
                        + new String(EVENT, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8));
        HearthServer.expect(answer, 200);
        return new Wrk.Request(
                "/",
                Map.of("Host", host, "Content-Type", "application/json"),
                EVENT,
                answer.getBytes(StandardCharsets.UTF_8).length);
    }

    private void rows(String name, List<Round> rounds) {
        long errors = rounds.stream()
                .mapToLong(round -> round.invoke.errors() + round.url.errors())
                .sum();
        report.errors(errors);
        row(name + ", throughput", rounds, Wrk.Result::perSecond, "/s", "beside signed Invoke; errors " + errors);
        row(name + ", p50", rounds, Wrk.Result::p50Micros, " µs", "");
        row(name + ", p99", rounds, Wrk.Result::p99Micros, " µs", "");
    }

    private void row(String name, List<Round> rounds, ToDoubleFunction<Wrk.Result> figure, String unit, String note) {
        report.row(
                name,
                Figure.of(median(rounds, round -> figure.applyAsDouble(round.invoke)), unit),
                Figure.of(Double.NaN, unit),
                Figure.of(median(rounds, round -> figure.applyAsDouble(round.url)), unit),
                median(rounds, round -> figure.applyAsDouble(round.url) / figure.applyAsDouble(round.invoke)),
                Double.NaN,
                note);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Floors.median(rounds.stream().mapToDouble(figure).toArray());
    }
}
