package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What HAProxy itself makes of it shows `HaproxyTest` in `conformance`.
class HaproxyCommandTest {
    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void letGo() {
        System.setOut(realOut);
        System.setErr(realErr);
    }

    private static int run(String options) {
        return Main.run(Map.of(), ("haproxy-config " + options).split(" "));
    }

    @Test
    void sendsRequestsToAllMembers() {
        assertThat(run("--member host1=10.0.0.1:9000@a --member host2=[fd00::2]:9001"))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("  bind *:9000\n", "  server host1 10.0.0.1:9000\n", "  server host2 [fd00::2]:9001\n")
                .doesNotContain(" ssl ", "9000 backup", "9001 backup");
    }

    @Test
    void prefersTheMembersOfItsOwnZone() {
        assertThat(run("--member host1=10.0.0.1:9000@a --member host2=10.0.0.2:9000@b --zone b"
                        + " --listen 10.0.0.9:443 --certificate /etc/haproxy/hearth.pem"))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "  bind 10.0.0.9:443 ssl crt /etc/haproxy/hearth.pem alpn h2,http/1.1\n",
                        "  server host1 10.0.0.1:9000 backup\n",
                        "  server host2 10.0.0.2:9000\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--zone a|--member is missing: it names who takes requests",
                "--member 10.0.0.1:9000|--member is such as host1=10.0.0.1:9000, or host1=10.0.0.1:9000@ZONE, and not 10.0.0.1:9000",
                "--member host1=10.0.0.1|is an address with a port",
                "--member host1=a:1 --member host1=b:1|--member names host1 twice",
                "--member host1=a:1@a --zone b|--zone is b, where no --member is",
                "--member host1=a:1 --listen 9000|--listen is an address with a port",
                "--member host1=a:1 --certificate a#b|--certificate has characters that HAProxy reads otherwise: a#b"
            })
    void saysWhatIsWrong(String options, String expected) {
        assertThat(run(options)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(expected);
        assertThat(out.size()).isZero();
    }
}
