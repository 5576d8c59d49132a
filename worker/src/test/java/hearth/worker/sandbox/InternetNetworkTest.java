package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Yardstick;
import hearth.worker.linux.NetworkLink;
import hearth.worker.linux.NetworkLink.End;
import hearth.worker.linux.NetworkNamespace;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A second network namespace plays the outside: a "public" server and a "private" one behind a cable.
final class InternetNetworkTest {
    private static final String PUBLIC = "8.127.0.9";
    private static final String PRIVATE = "10.213.7.9";
    private static final int PORT = 7777;
    /// How long a connection may take that can be made, which is how long one is tried that cannot.
    private static final Duration TIMEOUT = Yardstick.scaled(Duration.ofSeconds(2));

    private static final String CONNECT =
            "perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(PeerAddr => \"%s:%d\", Timeout => "
                    + TIMEOUT.toSeconds() + ") or die \"$@\"; print \"connected\"'";

    /// Prints the addresses that it reaches.
    private static final String CONNECT_ALL = """
            perl -MIO::Socket::IP -e '
              for (@ARGV) {
                my $s = IO::Socket::IP->new(PeerHost => $_, PeerPort => %%d, Timeout => %.1f);
                print "$_\\n" if $s;
              }' %%s
            """.formatted(TIMEOUT.toMillis() / 4000.0);

    @TempDir
    Path directory;

    private final List<ServerSocket> servers = new ArrayList<>();
    private NetworkNamespace outside;
    private NetworkLink cable;

    @BeforeEach
    void layTheCable() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        assumeTrue(Firewall.available(), "needs nft");
        outside = NetworkNamespace.create();
        cable = NetworkLink.cable(new End("hout0", mac(1)), new End("out0", mac(2)), outside);
        var host = (Inet4Address) InetAddress.getByName("10.213.7.1");
        cable.addAddress(host);
        for (var server : List.of(PUBLIC, PRIVATE)) {
            cable.addRoute((Inet4Address) InetAddress.getByName(server));
            cable.addNeighbour((Inet4Address) InetAddress.getByName(server), mac(2));
        }
        Forwarding.allow("hout0");
        outside.call(() -> {
            var link = NetworkLink.named("out0");
            link.up();
            try {
                for (var server : List.of(PUBLIC, PRIVATE)) {
                    link.addAddress((Inet4Address) InetAddress.getByName(server));
                }
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
            link.addNeighbour(host, mac(1));
            link.addDefaultRoute(host);
            return link;
        });
    }

    @AfterEach
    void takeTheCable() throws Exception {
        for (var server : servers) {
            server.close();
        }
        if (cable != null) {
            cable.delete();
            outside.close();
        }
    }

    @Test
    void reachesPublicAddressesAndNothingElse() throws Exception {
        try (var factory = SandboxRun.namespaces(config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9"))));
                var sandbox = factory.create(spec());
                var other = factory.create(spec());
                var host = new ServerSocket(PORT, 5, InetAddress.getByName("0.0.0.0"))) {
            serve(PORT);

            assertThat(run(sandbox, CONNECT.formatted(PUBLIC, PORT)).output()).isEqualTo("connected");
            assertThat(host.isBound()).isTrue();

            assertThat(run(sandbox, CONNECT.formatted(PRIVATE, PORT)).output()).doesNotContain("connected");
            assertThat(run(sandbox, CONNECT.formatted("10.213.7.1", PORT)).output())
                    .doesNotContain("connected");
            assertThat(run(sandbox, CONNECT.formatted("169.254.169.254", 80)).output())
                    .doesNotContain("connected");
            assertThat(run(sandbox, CONNECT.formatted(addressOf(other), 9001)).output())
                    .doesNotContain("connected");
            assertThat(run(sandbox, CONNECT.formatted(gatewayOf(sandbox), PORT)).output())
                    .doesNotContain("connected");
            assertThat(run(sandbox, "cat /etc/resolv.conf").output()).isEqualTo("nameserver 9.9.9.9\n");
        }
    }

    /// The host really has them all behind the cable, and something listens there.
    @Test
    void reachesNoRangeThatIsNotPublic() throws Exception {
        var closed = List.of(
                "10.1.2.3",
                "100.64.1.1",
                "169.254.169.254",
                "169.254.170.2",
                "172.16.0.9",
                "172.31.255.9",
                "192.0.0.9",
                "192.0.2.9",
                "192.168.213.9",
                "198.19.255.9",
                "198.51.100.9",
                "203.0.113.9");
        for (var address : closed) {
            putOutside(address);
        }
        serve(PORT);
        try (var factory = SandboxRun.namespaces(config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9"))));
                var sandbox = factory.create(spec())) {
            assertThat(closed).allSatisfy(address -> assertThat(hostReaches(InetAddress.getByName(address)))
                    .as(address)
                    .isTrue());
            assertThat(run(sandbox, CONNECT_ALL.formatted(PORT, String.join(" ", closed)))
                            .output())
                    .isEmpty();
            assertThat(run(sandbox, CONNECT_ALL.formatted(PORT, PUBLIC)).output())
                    .isEqualTo(PUBLIC + "\n");
        }
    }

    @Test
    void reachesTheHostOnNoneOfItsAddresses() throws Exception {
        try (var factory = SandboxRun.namespaces(config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9"))));
                var sandbox = factory.create(spec());
                var other = factory.create(spec());
                var everywhere = new ServerSocket(PORT, 50, InetAddress.getByName("::"))) {
            assertThat(run(other, "true").exit()).isEqualTo(new SandboxProcess.Exit.Status(0));
            var addresses = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress())
                    .toList();
            assertThat(addresses).hasSizeGreaterThan(1);
            assertThat(everywhere.isBound()).isTrue();
            assertThat(addresses)
                    .filteredOn(address -> !address.isLinkLocalAddress()) // these may not be usable yet
                    .isNotEmpty()
                    .allSatisfy(address -> assertThat(hostReaches(address)).isTrue());
            var all = addresses.stream()
                    .map(address -> address.getHostAddress().replaceFirst("%.*", "%eth0"))
                    .collect(Collectors.joining(" "));

            assertThat(run(sandbox, CONNECT_ALL.formatted(PORT, all)).output()).isEmpty();
        }
    }

    /// An interface that was switched on for one server's sandboxes leads to another's too.
    @Test
    void leavesTheInternetToAnotherServerOfTheSameHost() throws Exception {
        var policy = new NetworkPolicy(true, List.of(), List.of("9.9.9.9"));
        var otherConfig = new SandboxConfig(
                SandboxRun.launcher(),
                directory.resolve("other"),
                Instance.of(directory.resolve("other")),
                policy,
                Optional.empty());
        serve(PORT);
        // The cable forwards only because of Hearth, as an uplink of a usual host does.
        try (var borrowed = Forwarding.switchOn(Instance.shared(), List.of("hout0"))) {
            assertThat(borrowed.borrowed()).isEmpty();
            Files.writeString(Path.of("/proc/sys/net/ipv4/conf/hout0/forwarding"), "0");
        }
        try (var first = SandboxRun.namespaces(config(policy));
                var second = SandboxRun.namespaces(otherConfig);
                var ofFirst = first.create(spec());
                var ofSecond = second.create(spec())) {
            var uplinks = Forwarding.switchOn(Instance.shared(), List.of("hout0"));
            for (var firewall : List.of(new Firewall(Instance.of(directory)), new Firewall(otherConfig.instance()))) {
                firewall.install(policy, List.of("9.9.9.9"), "198.18.0.0/15", uplinks.borrowed());
            }
            assertThat(uplinks.borrowed()).containsExactly("hout0");

            assertThat(run(ofFirst, CONNECT.formatted(PUBLIC, PORT)).output()).isEqualTo("connected");
            assertThat(run(ofSecond, CONNECT.formatted(PUBLIC, PORT)).output()).isEqualTo("connected");
            assertThat(run(ofFirst, CONNECT.formatted(addressOf(ofSecond), 9001))
                            .output())
                    .doesNotContain("connected");
            uplinks.close();
        }
    }

    @Test
    void reachesAPrivateNetworkThatIsAllowed() throws Exception {
        var policy = new NetworkPolicy(true, List.of("10.213.7.8/30"), List.of("9.9.9.9"));
        try (var factory = SandboxRun.namespaces(config(policy));
                var sandbox = factory.create(spec())) {
            serve(PORT);
            assertThat(run(sandbox, CONNECT.formatted(PRIVATE, PORT)).output()).isEqualTo("connected");
            assertThat(run(sandbox, CONNECT.formatted("10.213.7.1", PORT)).output())
                    .doesNotContain("connected");
        }
    }

    /// The host can track a quarter of a million for all of them and itself.
    @Test
    void tracksNoMoreThanSoManyConnectionsOfEach() throws Exception {
        var send = "perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Proto => \"udp\");"
                + " for my $port (1000..9000) { send($s, \"x\", 0, sockaddr_in($port, inet_aton(\"%s\"))) }; print \"sent\"'"
                        .formatted(PUBLIC);
        try (var factory = SandboxRun.namespaces(config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9"))));
                var sandbox = factory.create(spec());
                var other = factory.create(spec())) {
            serve(PORT);
            var before = trackedConnections();

            assertThat(run(sandbox, send).output()).isEqualTo("sent");

            assertThat(trackedConnections()).isLessThan(before + 3000);
            assertThat(run(other, CONNECT.formatted(PUBLIC, PORT)).output()).isEqualTo("connected");
        }
    }

    private static int trackedConnections() throws IOException {
        return Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/net/netfilter/nf_conntrack_count"))
                .getFirst());
    }

    @Test
    void asksOnlyTheNameServersThatAreNamed() throws Exception {
        var policy = new NetworkPolicy(true, List.of(), List.of(PRIVATE));
        try (var factory = SandboxRun.namespaces(config(policy));
                var sandbox = factory.create(spec())) {
            serve(53);
            assertThat(run(sandbox, CONNECT.formatted(PRIVATE, 53)).output()).isEqualTo("connected");
            assertThat(run(sandbox, CONNECT.formatted(PUBLIC, 53)).output()).doesNotContain("connected");
        }
    }

    @Test
    void takesAnotherAddressWhereTheFirstIsTaken() throws Exception {
        var config = config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9")));
        Inet4Address taken;
        try (var factory = SandboxRun.namespaces(config);
                var first = factory.create(spec())) {
            taken = (Inet4Address) InetAddress.getByName(addressOf(first));
        }
        cable.addRoute(taken);

        try (var factory = SandboxRun.namespaces(config);
                var second = factory.create(spec())) {
            assertThat(addressOf(second)).isNotEqualTo(taken.getHostAddress());
            serve(PORT);
            assertThat(run(second, CONNECT.formatted(PUBLIC, PORT)).output()).isEqualTo("connected");
        }
    }

    @Test
    void leavesNoRuleAndNoLink() throws Exception {
        var config = config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9")));
        var firewall = new Firewall(config.instance());
        try (var factory = SandboxRun.namespaces(config);
                var sandbox = factory.create(spec())) {
            assertThat(tables()).contains(firewall.table());
            assertThat(links()).contains(firewall.links());
            assertThat(run(sandbox, "true").exit()).isEqualTo(new SandboxProcess.Exit.Status(0));
        }

        assertThat(tables()).doesNotContain(firewall.table());
        assertThat(links()).doesNotContain(firewall.links());
    }

    @Test
    void clearsTheRulesOfAKilledServer() throws Exception {
        var config = config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9")));
        var sign = LifeSign.give(Instance.shared(), config.instance(), config.directory());
        try (var left = new InternetNetwork(
                config.instance(), config.network(), Instance.shared(), sign, SandboxNetwork.Addressing.OWN)) {
            assertThat(left.nameServers()).containsExactly("9.9.9.9");
            assertThat(tables()).contains(new Firewall(config.instance()).table());
            sign.close();

            Leftovers.clear(directory.resolve("another"));

            SandboxRun.await(() -> !tables().contains(new Firewall(config.instance()).table()));
        }
    }

    private static boolean hostReaches(InetAddress address) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, PORT), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void putOutside(String text) throws Exception {
        var address = (Inet4Address) InetAddress.getByName(text);
        cable.addRoute(address);
        cable.addNeighbour(address, mac(2));
        outside.call(() -> {
            NetworkLink.named("out0").addAddress(address);
            return address;
        });
    }

    @Test
    void clearsTheLinksOfAKilledServer() throws Exception {
        var config = config(new NetworkPolicy(true, List.of(), List.of("9.9.9.9")));
        var namespace = NetworkNamespace.create();
        var sign = LifeSign.give(Instance.shared(), config.instance(), config.directory());
        try (var left = new InternetNetwork(
                config.instance(), config.network(), Instance.shared(), sign, SandboxNetwork.Addressing.OWN)) {
            left.connect(namespace, 0);
            var link = Path.of("/sys/class/net", new Firewall(config.instance()).links() + "0");
            assertThat(link).exists();
            sign.close();

            Leftovers.clear(directory.resolve("another"));

            SandboxRun.await(() -> Files.notExists(link));
        } finally {
            namespace.close();
        }
    }

    /// Listens on every address outside.
    private void serve(int port) throws Exception {
        servers.add(outside.call(() -> {
            try {
                return new ServerSocket(port, 50, InetAddress.getByName("0.0.0.0"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }));
    }

    private static String addressOf(Sandbox sandbox) throws Exception {
        return run(sandbox, "ip -4 -o address show dev eth0 | sed 's,.*inet \\([0-9.]*\\).*,\\1,'")
                .output()
                .strip();
    }

    private static String gatewayOf(Sandbox sandbox) throws Exception {
        return run(sandbox, "ip route | sed 's,default via \\([0-9.]*\\).*,\\1,'")
                .output()
                .strip();
    }

    private SandboxConfig config(NetworkPolicy policy) {
        return new SandboxConfig(
                SandboxRun.launcher(), directory.resolve("s"), Instance.of(directory), policy, Optional.empty());
    }

    private static String tables() {
        try {
            var process = new ProcessBuilder("nft", "list", "tables").start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String links() throws Exception {
        return Files.readString(Path.of("/proc/net/dev"));
    }

    private static byte[] mac(int last) {
        return new byte[] {2, 0, 0, 0, 9, (byte) last};
    }
}
