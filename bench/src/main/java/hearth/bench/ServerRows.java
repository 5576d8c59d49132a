package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// The server's own process: how soon it is ready, and what memory it holds when it has nothing to do.
final class ServerRows {
    private static final int INVOCATIONS = 100_000;

    private final Report report;
    private final Rivals rivals;
    private final Path folder;
    private final boolean quick;

    ServerRows(Report report, Rivals rivals, Path folder, boolean quick) {
        this.report = report;
        this.rivals = rivals;
        this.folder = folder;
        this.quick = quick;
    }

    /// From the command to the ready line, on a folder that is there already.
    void ready() throws IOException, InterruptedException {
        Report.progress("time to ready");
        var rounds = quick ? 3 : 11;
        var now = new double[rounds];
        var earlier = new double[rounds];
        for (int i = -1; i < rounds; i++) {
            var nanos = ready(rivals.now(), "ready-now");
            var nanosEarlier =
                    rivals.earlier().isPresent() ? ready(rivals.earlier().get(), "ready-earlier") : Double.NaN;
            if (i >= 0) {
                now[i] = nanos;
                earlier[i] = nanosEarlier;
            }
        }
        var floor = Floors.start(rounds, System.getProperty("java.home") + "/bin/java", "-Xshare:auto", "-version");
        report.row(
                "time to ready (`./hearth up`, built)",
                Figure.millis(floor).with("`java -version`"),
                Figure.millis(Floors.median(earlier)),
                Figure.millis(Floors.median(now)),
                "median of " + rounds);
    }

    private double ready(Build build, String data) throws IOException {
        try (var server = HearthServer.start(build.repository(), folder.resolve(data))) {
            return server.timeToReady().toNanos();
        }
    }

    void memory() throws IOException, InterruptedException {
        Report.progress("memory of the server");
        try (var servers = rivals.start(folder, "server")) {
            var python = Language.all().getFirst();
            // As long as whoever looks at a server that has just started would wait.
            TimeUnit.SECONDS.sleep(15);
            row("server's resident memory, 15 s after its start", servers, "");
            servers.create("memory", python.runtime(), python.handler(), python.zip("memory"), 1769);
            invoke(servers.now());
            if (servers.earlier().isPresent()) {
                invoke(servers.earlier().get());
            }
            TimeUnit.SECONDS.sleep(45);
            row(
                    "server's resident memory, 45 s after " + INVOCATIONS + " invocations",
                    servers,
                    "16 connections; the functions' own memory is not in it");
        }
    }

    private void row(String name, Rivals.Servers servers, String note) throws IOException {
        report.row(
                name,
                Figure.NONE,
                servers.earlier().isPresent() ? resident(servers.earlier().get()) : Figure.NONE,
                resident(servers.now()),
                note);
    }

    private static Figure resident(HearthServer server) throws IOException {
        return Figure.of(ProcessTree.residentKib(server.pid()) / 1024.0, " MiB");
    }

    private void invoke(HearthServer server) throws IOException, InterruptedException {
        var wrk = new Wrk(folder.resolve("memory.lua"));
        var requests = 0L;
        while (requests < INVOCATIONS) {
            var request = server.load("memory", "{}".getBytes(StandardCharsets.UTF_8));
            var result = wrk.run(server.address(), request, 16, 5);
            requests += result.requests();
            report.errors(result.errors());
        }
    }
}
