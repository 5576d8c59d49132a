package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Connections that want no answer, by the thousand, to a real server, and somebody who invokes a function
/// meanwhile.
class HostileConnectionsTest {
    private static final int IDLE = 5000;
    private static final int DRIPPING = 300;
    private static final int HALF = 100;
    private static final int CUT_OFF = 500;

    private static final byte[] HEAD = ascii("GET /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    private static final byte[] LARGE =
            ascii("POST /2015-03-31/functions/bystander/invocations HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Length: 6000000\r\n\r\n" + "1".repeat(2_000_000));
    private static final byte[] CREATION = ascii(
            "POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n10;a=b\r\n{\"FunctionName\":\r\n5\r\n\"cut\"\r\n1\r\n}\r\n0\r\nA: b\r\n\r\n");

    private final List<Wire> wires = new ArrayList<>();

    @Test
    void othersAreServedAndNothingStaysOfThem() throws Exception {
        long limit =
                ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
        // The server takes connections for half of what it may have open, which is what this process may.
        assumeTrue(limit >= 2 * (IDLE + 2000), IDLE + " connections need a limit of 14000 descriptors (ulimit -Hn)");
        var random = new Random();
        try (var server = HearthProcess.start(TestServer.temporaryFolder());
                var lambda = Clients.lambda(server.endpoint())) {
            lambda.createFunction(r -> r.functionName("bystander")
                    .runtime("python3.11")
                    .handler("app.handler")
                    .role(TestServer.ROLE)
                    .timeout(60)
                    .code(c -> c.zipFile(Zips.of("app.py", "def handler(event, context):\n    return event\n"))));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("bystander"));
            lambda.invoke(r -> r.functionName("bystander"));
            var descriptors = new Descriptors(server.pid());
            long open = descriptors.settled();
            var signature = new Signature("test", "test", "eu-west-1");
            try (var bystander = Bystander.watch(server.endpoint(), "bystander", signature)) {
                connect(server, IDLE, new byte[0]);
                connect(server, DRIPPING, HEAD);
                connect(server, HALF, LARGE);
                for (int i = 0; i < CUT_OFF; i++) {
                    new Wire(server.endpoint())
                            .send(Arrays.copyOf(CREATION, i % (CREATION.length + 1)))
                            .reset();
                }
                Await.until("all are there", () -> descriptors.open() >= open + IDLE);
                for (int i = 0; i < DRIPPING * 10; i++) {
                    wires.get(IDLE + random.nextInt(DRIPPING)).send(ascii("x"));
                }
                for (var wire : wires) {
                    if (random.nextBoolean()) {
                        wire.reset();
                    } else {
                        wire.close();
                    }
                }
                Await.until(
                        () -> "descriptors are closed: " + descriptors.open() + " are open, were " + open,
                        () -> descriptors.open() <= open + 1);
                assertThat(bystander.errors()).isEmpty();
                System.out.println("HostileConnectionsTest: " + bystander.summary());
            }
            assertThat(lambda.listFunctions().functions()).hasSize(1);
            assertThat(server.output()).doesNotContainPattern(KillRoundsTest.TROUBLE);
        }
    }

    private void connect(HearthProcess server, int count, byte[] beginning) throws IOException {
        for (int i = 0; i < count; i++) {
            wires.add(new Wire(server.endpoint()).send(beginning));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
