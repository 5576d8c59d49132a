package hearth.cluster;

import static hearth.cluster.Samples.ACCOUNT;
import static hearth.cluster.Samples.REGION;
import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process that writes, again and again on the same folder, and looks at what it left.
class CrashTest {
    private static final int ROUNDS = 20;
    private static final long SEED = 20_260_203;

    @TempDir
    private Path folder;

    @Test
    void keepsEveryAcknowledgedWriteAndNothingHalf() throws Exception {
        var random = new Random(SEED);
        var expected = new HashMap<String, Long>();
        int acknowledged = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var log = writeUntilKilled(round, random.nextInt(4, 120));
            acknowledged += log.size();
            log.forEach(line -> line.applyTo(expected));

            try (var store = Store.open(folder)) {
                assertHolds(store, expected);
                // What was not acknowledged may be there or not: from here on, what is there counts.
                expected.clear();
                all(store).forEach(function -> expected.put(function.id().name(), function.versionCounter()));
            }
            assertThat(integrity()).isEqualTo("ok");
        }

        assertThat(acknowledged)
                .as("writes over %d rounds, seed %d", ROUNDS, SEED)
                .isGreaterThan(ROUNDS * 10);
    }

    /// Lets a writer acknowledge so many writes, then kills it; whatever it had acknowledged by then counts too.
    private List<Acknowledgement> writeUntilKilled(int round, int writes) throws Exception {
        var process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        CrashingWriter.class.getName(),
                        folder.toString(),
                        Long.toString(SEED + round))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var log = new ArrayList<Acknowledgement>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(Acknowledgement.parse(line));
                if (log.size() == writes) {
                    process.destroyForcibly();
                }
            }
        } catch (IOException cutOff) {
            // The kill may close the pipe under the reader.
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(log).as("the writer of round %d came to write", round).hasSizeGreaterThanOrEqualTo(writes);
        return log;
    }

    private void assertHolds(Store store, Map<String, Long> expected) throws IOException {
        for (var entry : expected.entrySet()) {
            var function = store.functions().find(id(entry.getKey()));
            if (entry.getValue() == Acknowledgement.DELETED) {
                // The creation after the deletion may have been committed and not acknowledged; nothing after it.
                function.ifPresent(
                        created -> assertThat(created.versionCounter()).isZero());
                continue;
            }
            if (function.isPresent()) {
                assertThat(function.get().versionCounter()).as(entry.getKey()).isGreaterThanOrEqualTo(entry.getValue());
            } else {
                // Only a deletion that was committed and not acknowledged: each name is used by one thread.
                assertThat(entry.getKey()).startsWith("deletable");
            }
        }
        for (var function : all(store)) {
            assertThat(store.functions().listVersions(function.id(), 0, 10_000).items())
                    .as("versions of %s", function.id().name())
                    .hasSize((int) function.versionCounter());
            for (var code : List.of(function.latest().code(), function.serving().code())) {
                try (var content = store.blobs().open(code).orElseThrow()) {
                    assertThat(BlobStore.digestOf(content.readAllBytes())).isEqualTo(code);
                }
            }
        }
    }

    private static List<FunctionRecord> all(Store store) {
        return store.functions().list(ACCOUNT, REGION, "", 100_000).items().stream()
                .map(version -> id(String.valueOf(version.configuration().functionName())))
                .map(function -> store.functions().find(function).orElseThrow())
                .toList();
    }

    private String integrity() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hearth.db"));
                var statement = connection.createStatement();
                var rows = statement.executeQuery("PRAGMA integrity_check")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /// One write that was told to be durable.
    ///
    /// @param versions that the function has had since, or `DELETED`
    private record Acknowledgement(String name, long versions) {
        static final long DELETED = -1;

        static Acknowledgement parse(String line) {
            var words = line.split(" ");
            return new Acknowledgement(words[0], Long.parseLong(words[1]));
        }

        void applyTo(Map<String, Long> expected) {
            expected.put(name, versions);
        }
    }
}
