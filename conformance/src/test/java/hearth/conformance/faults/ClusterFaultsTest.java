package hearth.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.conformance.HearthProcess;
import hearth.model.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A few faults, of those that `ClusterFaults` does by hand many times. Each run has a seed of its own, and prints it.
@Tag("alone")
@EnabledIf(
        value = "canRun",
        disabledReason = "A cluster on one machine wants root, network namespaces, HAProxy and PostgreSQL")
class ClusterFaultsTest {
    private static final Duration LASTING = Duration.ofSeconds(6);

    /// Not for postgres alone to look into.
    @TempDir
    private Path temporary;

    static boolean canRun() throws IOException, InterruptedException {
        return TestPostgres.isThere()
                && Files.isExecutable(Path.of("/usr/sbin/haproxy"))
                && new ProcessBuilder("unshare", "--net", "true")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
    }

    /// The classes that the build just made, as a program.
    private Path program() throws IOException {
        var command = HearthProcess.command(List.of()).command().stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        var program = Files.writeString(temporary.resolve("hearth"), "#!/bin/sh\nexec " + command + " \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    @Test
    void costNoCallButThoseThatRanOnTheHostThatDied() throws Exception {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        long seed = Long.getLong("hearth.faults.seed", System.nanoTime());
        System.out.println("-Dhearth.faults.seed=" + seed);

        var results = new ClusterFaults(
                        Path.of("../examples/cluster").toRealPath(),
                        temporary.resolve("cluster"),
                        Map.of("HEARTH", program().toString()),
                        false,
                        20,
                        40,
                        seed)
                .run(List.of(Fault.WORKER_LEAVES, Fault.WORKER_KILLED), 1, LASTING, System.out::println);

        assertThat(results).hasSize(2).allSatisfy(result -> {
            assertThat(result.healed()).isTrue();
            assertThat(result.wrong()).isEmpty();
            assertThat(result.doubled()).isZero();
            assertThat(result.acknowledged().lost()).isEmpty();
            assertThat(result.acknowledged().changes()).isPositive();
            assertThat(result.acknowledged().events()).isPositive();
            assertThat(result.mostAtOnce()).isBetween(1, Functions.LIMIT);
            if (result.fault().isGraceful()) {
                assertThat(result.failed()).isEmpty();
            }
            assertThat(result.failed().keySet()).allMatch(how -> how.startsWith("500 ") || how.startsWith("cut"));
        });
    }
}
