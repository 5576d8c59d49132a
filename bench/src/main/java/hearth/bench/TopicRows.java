package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// A topic of Kafka and a function on its records: how many a second, beside a consumer of Java that parses them.
final class TopicRows {
    private static final int PARTITIONS = 4;

    private static final byte[] CODE = """
            def handler(event, context):
                return {}
            """.getBytes(StandardCharsets.UTF_8);

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final boolean quick;

    TopicRows(Report report, Path repository, Path folder, boolean quick) {
        this.report = report;
        this.repository = repository;
        this.folder = folder;
        this.quick = quick;
    }

    void run() throws Exception {
        var data = Files.createDirectories(folder.resolve("broker"));
        try (var server = ChildProcess.start("hearth.bench.TopicServer", data.toString())) {
            var address = server.line();
            try (var client = ChildProcess.start("hearth.bench.TopicClient", address);
                    var hearth = HearthServer.start(repository, folder.resolve("topics"))) {
                var python = Language.all().getFirst();
                hearth.create("run", python.runtime(), python.handler(), python.zip(CODE, "run"), 1769);
                throughput(client, hearth, address, PARTITIONS);
                throughput(client, hearth, address, 1);
            }
        }
    }

    /// Both have records of their own, which are there before they begin.
    ///
    /// @param filled how many partitions have records
    private void throughput(ChildProcess client, HearthServer hearth, String address, int filled) throws IOException {
        int count = quick ? 20_000 : 100_000;
        int rounds = quick ? 3 : 7;
        var bare = new double[rounds];
        var ours = new double[rounds];
        // The first round is for the compilers of both.
        for (int i = -1; i < rounds; i++) {
            Report.progress("sources: topic, " + filled + " of " + PARTITIONS + " partitions, round " + (i + 1) + " of "
                    + rounds);
            var topic = "round" + (i + 1) + "of" + filled;
            client.ask("fill " + topic + " " + PARTITIONS + " " + filled + " " + count);
            double floor = perSecond(client.ask("drain " + topic + " " + count));
            var mapping = map(hearth, topic, address);
            double now = perSecond(client.ask("watch " + topic + " " + PARTITIONS));
            HearthServer.expect(hearth.send("DELETE", mapping, ""), 202);
            if (i >= 0) {
                bare[i] = floor;
                ours[i] = now;
            }
        }
        Arrays.sort(bare);
        Arrays.sort(ours);
        double floor = bare[rounds / 2];
        double now = ours[rounds / 2];
        report.row(
                "topic of Kafka, 1 KB, " + PARTITIONS + " partitions"
                        + (filled < PARTITIONS ? ", all records in " + filled : "") + ", batches of 100, throughput",
                Figure.of(floor, "/s").with("a bare consumer that parses"),
                Figure.NONE,
                Figure.of(now, "/s"),
                now / floor,
                Double.NaN,
                "");
    }

    /// @param answer nanoseconds, and how many records they were for
    private static double perSecond(String answer) {
        var words = answer.split(" ");
        return Long.parseLong(words[1]) * 1e9 / Long.parseLong(words[0]);
    }

    /// No batch waits for more records than there are. By default it does for half a second, which would be in what
    /// the last batches take.
    ///
    /// @return the path of the mapping
    private static String map(HearthServer hearth, String topic, String address) throws IOException {
        var request = """
                {"FunctionName": "run", "Topics": ["%s"], "StartingPosition": "TRIM_HORIZON", "BatchSize": 100,
                 "MaximumBatchingWindowInSeconds": 0,
                 "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["%s"]}},
                 "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": "mapping-%s"},
                 "SourceAccessConfigurations": [{"Type": "VPC_SUBNET", "URI": "subnet:subnet-1"}]}
                """.formatted(topic, address, topic);
        return SourceRows.pathOf(hearth.send("POST", SourceRows.MAPPINGS, request));
    }
}
