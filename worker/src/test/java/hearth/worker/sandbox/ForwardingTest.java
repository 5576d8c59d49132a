package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.linux.NetworkLink;
import hearth.worker.linux.NetworkLink.End;
import hearth.worker.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On an interface that leads nowhere.
final class ForwardingTest {
    private static final String LINK = "hfwd0";
    private static final Path SETTING = Path.of("/proc/sys/net/ipv4/conf", LINK, "forwarding");

    @TempDir
    Path shared;

    private NetworkNamespace elsewhere;
    private NetworkLink link;

    @BeforeEach
    void makeTheInterface() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        elsewhere = NetworkNamespace.create();
        link = NetworkLink.cable(
                new End(LINK, new byte[] {2, 0, 0, 0, 8, 1}), new End("far", new byte[] {2, 0, 0, 0, 8, 2}), elsewhere);
        Files.writeString(SETTING, "0");
    }

    @AfterEach
    void takeTheInterface() throws Exception {
        if (link != null) {
            link.delete();
            elsewhere.close();
        }
    }

    @Test
    void staysOnUntilTheLastServerEnds() throws Exception {
        var first = Forwarding.switchOn(shared, List.of(LINK));
        var second = Forwarding.switchOn(shared, List.of(LINK));
        assertThat(first.borrowed()).containsExactly(LINK);
        assertThat(second.borrowed()).containsExactly(LINK);

        first.close();
        assertThat(setting()).isEqualTo("1");
        second.close();

        assertThat(setting()).isEqualTo("0");
        assertThat(shared.resolve("forwarding-" + LINK)).doesNotExist();
    }

    @Test
    void staysOnWhereItWasOn() throws Exception {
        Files.writeString(SETTING, "1");

        try (var forwarding = Forwarding.switchOn(shared, List.of(LINK));
                var second = Forwarding.switchOn(shared, List.of(LINK))) {
            assertThat(forwarding.borrowed()).isEmpty();
            assertThat(second.borrowed()).isEmpty();
        }

        assertThat(setting()).isEqualTo("1");
    }

    @Test
    void isPutBackAfterAServerThatWasKilled() throws Exception {
        Files.writeString(shared.resolve("forwarding-" + LINK), "0");
        Files.writeString(SETTING, "1");

        Forwarding.restoreAbandoned(shared);

        assertThat(setting()).isEqualTo("0");
    }

    @Test
    void remembersHowItWasBeforeTheServerThatWasKilled() throws Exception {
        Files.writeString(shared.resolve("forwarding-" + LINK), "0");
        Files.writeString(SETTING, "1");

        try (var next = Forwarding.switchOn(shared, List.of(LINK))) {
            assertThat(next.borrowed()).containsExactly(LINK);
            Forwarding.restoreAbandoned(shared);
            assertThat(setting()).isEqualTo("1");
        }

        assertThat(setting()).isEqualTo("0");
    }

    @Test
    void changesNothingWhereOneInterfaceCannotBeSwitched() throws Exception {
        try (var wrong = Forwarding.switchOn(shared, List.of(LINK, "hnone0"))) {
            throw new AssertionError("switched on: " + wrong.borrowed());
        } catch (IOException expected) {
            assertThat(setting()).isEqualTo("0");
        }
    }

    private static String setting() throws IOException {
        return Files.readString(SETTING).strip();
    }
}
