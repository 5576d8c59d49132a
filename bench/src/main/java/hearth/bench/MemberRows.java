package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What being a member of a cluster adds to a server: memory and time to ready, beside the same server with files
/// of its own, and with the database and the bucket alone.
final class MemberRows {
    private static final int INVOCATIONS = 100_000;

    /// MiB that a member may have more than a server alone.
    private static final int MOST = 80;

    private final Report report;
    private final Build build;
    private final Path folder;
    private final boolean quick;

    MemberRows(Report report, Build build, Path folder, boolean quick) {
        this.report = report;
        this.build = build;
        this.folder = folder;
        this.quick = quick;
    }

    /// One of each kind, at the same time.
    private record Servers(HearthServer alone, HearthServer shared, HearthServer member) implements AutoCloseable {
        List<HearthServer> all() {
            return List.of(alone, shared, member);
        }

        double[] resident() throws IOException {
            var mebibytes = new double[3];
            for (int i = 0; i < mebibytes.length; i++) {
                mebibytes[i] = ProcessTree.residentKib(all().get(i).pid()) / 1024.0;
            }
            return mebibytes;
        }

        double[] ready() {
            return all().stream()
                    .mapToDouble(server -> server.timeToReady().toNanos())
                    .toArray();
        }

        @Override
        public void close() {
            all().forEach(HearthServer::close);
        }
    }

    void run() throws Exception {
        var obstacle = Postgres.obstacle();
        if (obstacle.isPresent()) {
            report.row("a member of a cluster", Figure.NONE, Figure.NONE, Figure.NONE, "skipped: " + obstacle.get());
            return;
        }
        Report.progress("memory of a member");
        var certificates = Certificates.make(build, folder.resolve("certificates"));
        var certificate = certificates.of("member", "127.0.0.1");
        try (var postgres = Postgres.start();
                var bucket = Bucket.start()) {
            var sharedStore = postgres.database("shared");
            var memberStore = postgres.database("member");
            int rounds = quick ? 1 : 3;
            var idle = new double[rounds][];
            var ready = new double[rounds][];
            var after = new double[rounds][];
            // The first start makes what later ones find.
            for (int i = -1; i < rounds; i++) {
                try (var servers = start(bucket, sharedStore, memberStore, certificate)) {
                    if (i < 0) {
                        create(servers);
                        continue;
                    }
                    ready[i] = servers.ready();
                    TimeUnit.SECONDS.sleep(15);
                    idle[i] = servers.resident();
                    for (var server : servers.all()) {
                        invoke(server);
                    }
                    TimeUnit.SECONDS.sleep(45);
                    after[i] = servers.resident();
                }
            }
            var words = bucket.isThere() ? "" : "; no server that speaks S3 here, so without a bucket";
            rows("a member's resident memory, 15 s after its start", idle, words);
            rows(
                    "a member's resident memory, 45 s after " + INVOCATIONS + " invocations",
                    after,
                    "; 16 connections" + words);
            report.row(
                    "time to ready of a member that founds its cluster",
                    Figure.millis(median(ready, 0)).with("of a server alone"),
                    Figure.NONE,
                    Figure.millis(median(ready, 2)),
                    "with a database and a bucket alone "
                            + Figure.millis(median(ready, 1)).text() + "; median of " + rounds);
        }
    }

    private Servers start(Bucket bucket, String sharedStore, String memberStore, String certificate)
            throws IOException {
        var objects = bucket.options();
        var alone = HearthServer.start(build.repository(), folder.resolve("alone"));
        var shared = HearthServer.onStore(
                build.repository(), folder.resolve("shared"), sharedStore, objects.toArray(String[]::new));
        var options = new ArrayList<>(objects);
        options.addAll(List.of(
                "--cluster-listen",
                "127.0.0.1:" + Postgres.freePort(),
                "--workers-listen",
                "127.0.0.1:" + Postgres.freePort(),
                "--cluster-certificates",
                certificate));
        var member = HearthServer.onStore(
                build.repository(), folder.resolve("member"), memberStore, options.toArray(String[]::new));
        return new Servers(alone, shared, member);
    }

    private static void create(Servers servers) throws IOException {
        var python = Language.all().getFirst();
        for (var server : servers.all()) {
            server.create("memory", python.runtime(), python.handler(), python.zip("memory"), 1769);
        }
    }

    private void invoke(HearthServer server) throws IOException, InterruptedException {
        var wrk = new Wrk(folder.resolve("member.lua"));
        var requests = 0L;
        while (requests < INVOCATIONS) {
            var request = server.load("memory", "{}".getBytes(StandardCharsets.UTF_8));
            var result = wrk.run(server.address(), request, 16, 5);
            requests += result.requests();
            report.errors(result.errors());
        }
    }

    private void rows(String name, double[][] mebibytes, String words) {
        double alone = median(mebibytes, 0);
        double shared = median(mebibytes, 1);
        double member = median(mebibytes, 2);
        report.row(
                name,
                Figure.of(alone, " MiB").with("of a server alone"),
                Figure.NONE,
                Figure.of(member, " MiB"),
                "%+.0f MiB; aim %d more; with a database and a bucket alone %.0f MiB; median of %d%s"
                        .formatted(member - alone, MOST, shared, mebibytes.length, words));
    }

    private static double median(double[][] rounds, int which) {
        var values = new double[rounds.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = rounds[i][which];
        }
        return Floors.median(values);
    }
}
