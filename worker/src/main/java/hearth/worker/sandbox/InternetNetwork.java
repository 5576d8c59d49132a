package hearth.worker.sandbox;

import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkLink;
import hearth.worker.linux.NetworkLink.End;
import hearth.worker.linux.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A cable from each sandbox to the host, which forwards and translates addresses. The firewall's rules are the
/// same for all and never change.
///
/// Neighbours are entered by hand, so that there is no address resolution, and each address is routed on its own,
/// so that sandboxes share no network.
final class InternetNetwork implements SandboxNetwork {
    private static final Logger log = System.getLogger(InternetNetwork.class.getName());

    /// 198.18.0.0/15 is for benchmarks of network devices: nobody is on the internet there, and few at home.
    private static final int FIRST = 198 << 24 | 18 << 16;

    private static final int PER_INSTANCE_BITS = 12;
    private static final int PER_INSTANCE = 1 << PER_INSTANCE_BITS;
    private static final int INSTANCES = 1 << (17 - PER_INSTANCE_BITS);
    private static final String INSIDE = "eth0";
    private static final int ATTEMPTS = 50;

    /// Shares no factor with the addresses, so that it reaches every address before it comes back.
    private static final int STRIDE = 211;

    private static final int RADIX = 36;

    private final Firewall firewall;
    private final List<String> nameServers;
    private final int firstAddress;
    private final Forwarding forwarding;
    private final LifeSign sign;
    private final Addressing addressing;

    /// @param shared where this host's servers keep their locks
    /// @param sign gets a note of the firewall's table
    InternetNetwork(Instance instance, NetworkPolicy policy, Path shared, LifeSign sign, Addressing addressing)
            throws SandboxException {
        this.addressing = addressing;
        this.sign = sign;
        this.firewall = new Firewall(instance);
        this.nameServers = policy.nameServers().isEmpty() ? NameServers.ofThisHost() : policy.nameServers();
        this.firstAddress = FIRST + Math.floorMod(instance.name().hashCode(), INSTANCES) * PER_INSTANCE;
        if (nameServers.isEmpty()) {
            log.log(Level.WARNING, "functions can resolve no names: this host names no server that they could ask");
        }
        var network = "%s/%d".formatted(address(firstAddress).getHostAddress(), 32 - PER_INSTANCE_BITS);
        try {
            this.forwarding = Forwarding.switchOn(shared);
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxException("forwarding cannot be switched on: " + e.getMessage(), e);
        }
        try {
            sign.noteTable();
            firewall.install(policy, nameServers, network, forwarding.borrowed());
        } catch (IOException e) {
            forwarding.close();
            throw new SandboxException("the note of the table: " + e.getMessage(), e);
        } catch (SandboxException e) {
            forwarding.close();
            forgetTable();
            throw e;
        }
    }

    @Override
    public List<String> nameServers() {
        return nameServers;
    }

    @Override
    public Connection connect(NetworkNamespace namespace, int slot) throws SandboxException {
        if (slot + 1 >= PER_INSTANCE) {
            throw new SandboxException("no more than %d sandboxes have a network".formatted(PER_INSTANCE - 1));
        }
        try {
            for (var attempt = 0; ; attempt++) {
                try {
                    return lay(namespace, slot, 1 + (slot + attempt * STRIDE) % (PER_INSTANCE - 1));
                } catch (LinuxException e) {
                    // Another instance on this host may have its addresses from the same range.
                    if (!e.is("EEXIST") || attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        } catch (LinuxException | UncheckedIOException e) {
            throw new SandboxException("connecting to the network: " + e.getMessage(), e);
        }
    }

    /// @param number which of this range's addresses the sandbox gets
    private Connection lay(NetworkNamespace namespace, int slot, int number) throws LinuxException {
        var gateway = address(firstAddress);
        var own = address(firstAddress + number);
        var here = new End(firewall.links() + Integer.toString(slot, RADIX), hardwareAddress(firstAddress));
        var there = new End(INSIDE, hardwareAddress(firstAddress + number));
        var link = NetworkLink.cable(here, there, namespace);
        try {
            link.addRoute(own);
            link.addNeighbour(own, there.hardwareAddress());
            Forwarding.allow(here.name());
            namespace.call(() -> {
                var inside = NetworkLink.named(INSIDE);
                inside.up();
                if (addressing == Addressing.OWN) {
                    inside.addAddress(own);
                }
                inside.addNeighbour(gateway, here.hardwareAddress());
                inside.addDefaultRoute(gateway);
                return inside;
            });
        } catch (LinuxException | UncheckedIOException e) {
            link.delete();
            throw e;
        }
        return new Cable(own, link, here.name());
    }

    /// @param name of the end that is here
    private record Cable(Inet4Address own, NetworkLink link, String name) implements Connection {
        @Override
        public Optional<Inet4Address> address() {
            return Optional.of(own);
        }

        @Override
        public void close() {
            disconnect(link, name);
        }
    }

    /// Before the slot goes to another sandbox: the kernel removes a dead namespace's links only later.
    private static void disconnect(NetworkLink link, String name) {
        try {
            link.delete();
        } catch (LinuxException e) {
            if (!e.is("ENODEV")) { // it may have gone with its namespace
                log.log(Level.WARNING, "link {0} stays: {1}", name, e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        forwarding.close();
        try {
            firewall.remove();
            forgetTable();
        } catch (SandboxException e) {
            log.log(Level.WARNING, "the table {0} stays: {1}", firewall.table(), e.getMessage());
        }
    }

    private void forgetTable() {
        try {
            sign.forgetTable();
        } catch (IOException e) {
            log.log(Level.DEBUG, "the next start looks for the table in vain", e);
        }
    }

    private static Inet4Address address(int number) {
        try {
            return (Inet4Address) InetAddress.getByAddress(
                    ByteBuffer.allocate(4).putInt(number).array());
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// Locally administered, and made of the IP address.
    static byte[] hardwareAddress(Inet4Address address) {
        return hardwareAddress(ByteBuffer.wrap(address.getAddress()).getInt());
    }

    private static byte[] hardwareAddress(int address) {
        return ByteBuffer.allocate(6).putShort((short) 0x0268).putInt(address).array();
    }
}
