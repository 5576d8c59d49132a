package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UidRangeTest {
    @TempDir
    Path shared;

    @Test
    void givesAnInstanceTheSameRangeAgainAndNobodyElseMeanwhile() throws Exception {
        int first;
        try (var range = UidRange.claim(shared, "one");
                var sameName = UidRange.claim(shared, "one")) {
            first = range.first();
            assertThat(sameName.first()).isNotEqualTo(first);
            assertThat(range.contains(sameName.first())).isFalse();
            range.forget();
            sameName.forget();
        }

        assertThat(shared).isEmptyDirectory();
        try (var again = UidRange.claim(shared, "one")) {
            assertThat(again.first()).isEqualTo(first);
        }
    }

    @Test
    void neverGivesARangeTwice() throws Exception {
        var ranges = new HashSet<UidRange>();
        try {
            for (var i = 0; i < 50; i++) {
                ranges.add(UidRange.claim(shared, "one"));
            }

            assertThat(ranges.stream().map(UidRange::first)).doesNotHaveDuplicates();
            assertThat(ranges.stream().map(UidRange::first)).allMatch(first -> first >= 1_900_000_000);
        } finally {
            ranges.forEach(UidRange::close);
        }
    }

    /// As after a server that was killed, whose sandboxes have not died yet.
    @Test
    void passesOverARangeInWhichAProcessLives() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
        int first;
        try (var killed = UidRange.claim(shared, "one")) {
            first = killed.first();
        }
        var uid = Integer.toString(first + 7);
        var process = new ProcessBuilder(
                        "setpriv", "--reuid", uid, "--clear-groups", "sh", "-c", "echo up; exec sleep 60")
                .start();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.readLine()).isEqualTo("up");

            try (var other = UidRange.claim(shared, "one")) {
                assertThat(other.first()).isNotEqualTo(first);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        try (var again = UidRange.claim(shared, "one")) {
            assertThat(again.first()).isEqualTo(first);
        }
    }

    /// Even two that take themselves for the same instance.
    @Test
    void keepsTwoServersOfOneHostApart() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var config = SandboxRun.config(shared.resolve("a"));
        var other = new SandboxConfig(
                config.launcher(), shared.resolve("b"), config.instance(), config.network(), config.only());
        try (var one = SandboxRun.namespaces(config);
                var two = SandboxRun.namespaces(other);
                var first = one.create(spec());
                var second = two.create(spec())) {
            var uids = "awk '{print $2}' /proc/self/uid_map";

            assertThat(run(first, uids).output()).isNotEqualTo(run(second, uids).output());
            assertThat(one.initUid()).isNotEqualTo(two.initUid());
        }
    }
}
