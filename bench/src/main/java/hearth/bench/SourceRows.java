package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Queues of SQS and functions on their messages: how many a second, beside a consumer of Java that does nothing with
/// them; how soon one that comes into an empty queue is run; and what mappings cost whose queues are empty.
final class SourceRows {
    private static final int RECEIVERS = 5;
    private static final int IDLE = 500;
    static final String MAPPINGS = "/2015-03-31/event-source-mappings";
    private static final Pattern UUID = Pattern.compile("\"UUID\":\"([^\"]+)\"");
    private static final Pattern RAN = Pattern.compile("ran (\\S+) (\\d+)");

    private static final byte[] CODE = """
            import time

            def handler(event, context):
                now = time.time_ns()
                if len(event["Records"]) == 1:
                    print("ran", event["Records"][0]["body"][:20], now // 1_000_000)
                return {}
            """.getBytes(StandardCharsets.UTF_8);

    private final Report report;
    private final Path repository;
    private final Path data;
    private final boolean quick;

    SourceRows(Report report, Path repository, Path folder, boolean quick) {
        this.report = report;
        this.repository = repository;
        this.data = folder.resolve("sources");
        this.quick = quick;
    }

    void run() throws Exception {
        try (var queues = ChildProcess.start("hearth.bench.QueueServer")) {
            var port = queues.line();
            try (var client = ChildProcess.start("hearth.bench.QueueClient", port);
                    var hearth = HearthServer.start(repository, data, "--endpoint", "sqs=http://127.0.0.1:" + port)) {
                var python = Language.all().getFirst();
                hearth.create("run", python.runtime(), python.handler(), python.zip(CODE, "run"), 1769);
                client.ask("create run 1");
                client.ask("create bare 1");
                var mapping = map(hearth, "run");
                throughput(client, hearth, mapping);
                latency(client);
                idle(client, hearth);
            }
        }
    }

    /// @return the path of the mapping
    private static String map(HearthServer hearth, String queue) throws IOException {
        var answer = hearth.send(
                "POST",
                MAPPINGS,
                "{\"FunctionName\":\"run\",\"EventSourceArn\":\"arn:aws:sqs:us-east-1:000000000000:" + queue + "\"}");
        return pathOf(answer);
    }

    /// @param answer to the creation of a mapping
    static String pathOf(String answer) throws IOException {
        HearthServer.expect(answer, 202);
        var uuid = UUID.matcher(answer);
        if (!uuid.find()) {
            throw new IOException("No UUID in " + answer);
        }
        return MAPPINGS + "/" + uuid.group(1);
    }

    private static void enable(HearthServer hearth, String mapping, boolean enabled)
            throws IOException, InterruptedException {
        HearthServer.expect(hearth.send("PUT", mapping, "{\"Enabled\":" + enabled + "}"), 202);
        var state = enabled ? "\"State\":\"Enabled\"" : "\"State\":\"Disabled\"";
        while (!hearth.send("GET", mapping, "").contains(state)) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /// Both are given their messages before they begin.
    private void throughput(ChildProcess client, HearthServer hearth, String mapping)
            throws IOException, InterruptedException {
        int count = quick ? 5_000 : 20_000;
        int rounds = quick ? 3 : 7;
        var bare = new double[rounds];
        var ours = new double[rounds];
        // The first round is for the compilers of both.
        for (int i = -1; i < rounds; i++) {
            Report.progress("sources: queue, round " + (i + 1) + " of " + rounds);
            client.ask("fill bare " + count);
            double floor = count * 1e9 / Long.parseLong(client.ask("drain bare " + count + " " + RECEIVERS));
            enable(hearth, mapping, false);
            // The last poll, whose messages it would give back.
            TimeUnit.SECONDS.sleep(2);
            client.ask("fill run " + count);
            long begin = System.nanoTime();
            enable(hearth, mapping, true);
            while (!client.ask("left run").equals("0")) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            if (i >= 0) {
                bare[i] = floor;
                ours[i] = count * 1e9 / (System.nanoTime() - begin);
            }
        }
        report.row(
                "queue of SQS, 1 KB, batches of 10, throughput",
                Figure.of(median(bare), "/s").with(RECEIVERS + " bare consumers"),
                Figure.NONE,
                Figure.of(median(ours), "/s"),
                median(ours) / median(bare),
                Double.NaN,
                "");
    }

    private void latency(ChildProcess client) throws IOException, InterruptedException {
        Report.progress("sources: latency when idle");
        int count = quick ? 40 : 200;
        var sent = new ArrayList<Long>();
        for (int i = 0; i < count; i++) {
            TimeUnit.MILLISECONDS.sleep(60);
            sent.add(Long.parseLong(client.ask("send run l" + i)));
        }
        while (!client.ask("left run").equals("0")) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        var took = new double[count];
        Arrays.fill(took, Double.NaN);
        try (var files = Files.walk(data.resolve("logs"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                RAN.matcher(Files.readString(file))
                        .results()
                        .filter(ran -> ran.group(1).startsWith("l"))
                        .forEach(ran -> {
                            int i = Integer.parseInt(ran.group(1).substring(1));
                            took[i] = Long.parseLong(ran.group(2)) - sent.get(i);
                        });
            }
        }
        Arrays.sort(took);
        for (var share : List.of(0.5, 0.99)) {
            report.row(
                    "message in an empty queue, from its sending to the handler, p" + Math.round(share * 100),
                    Figure.NONE,
                    Figure.NONE,
                    Figure.millis(took[(int) (share * (count - 1))] * 1e6),
                    "of " + count + ", in whole milliseconds");
        }
    }

    private void idle(ChildProcess client, HearthServer hearth) throws IOException, InterruptedException {
        Report.progress("sources: " + IDLE + " mappings of empty queues");
        var tree = new ProcessTree(hearth.pid());
        long memory = ProcessTree.residentKib(hearth.pid());
        double before = share(tree);
        client.ask("create idle " + IDLE);
        for (int i = 0; i < IDLE; i++) {
            var _ = map(hearth, "idle" + i);
        }
        // Until polls are as long as they get, and what they run is compiled.
        TimeUnit.SECONDS.sleep(quick ? 90 : 240);
        double after = share(tree);
        report.row(
                IDLE + " mappings of empty queues, processor",
                Figure.of(before * 100, " % of one").with("one mapping"),
                Figure.NONE,
                Figure.of(after * 100, " % of one"),
                "");
        report.row(
                IDLE + " mappings of empty queues, memory",
                Figure.of(memory / 1024.0, " MiB").with("one mapping"),
                Figure.NONE,
                Figure.of(ProcessTree.residentKib(hearth.pid()) / 1024.0, " MiB"),
                "");
    }

    private double share(ProcessTree tree) throws InterruptedException {
        var first = tree.cpu();
        long begin = System.nanoTime();
        TimeUnit.SECONDS.sleep(quick ? 20 : 60);
        return (double) ProcessTree.difference(first, tree.cpu()) / (System.nanoTime() - begin);
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
