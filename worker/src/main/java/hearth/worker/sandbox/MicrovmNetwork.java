package hearth.worker.sandbox;

import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkLink;
import hearth.worker.linux.NetworkNamespace;
import hearth.worker.linux.TapDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The network of a microVM: the machine is behind its sandbox's network namespace, which passes packets on
/// between a TAP device and the cable to the host, and has the sockets of the Runtime API and of services.
///
/// The namespace takes from the machine only what is from the machine's own address. Who is at the other end is
/// entered by hand, there as here, so that nobody needs to ask.
///
/// @param own the sandbox's namespace
/// @param guest the machine's address
record MicrovmNetwork(PrivateNetwork own, Inet4Address guest) {
    /// Where the machine finds the sockets. Lambda's microVMs find theirs at this address, too.
    static final Inet4Address GATEWAY = PrivateNetwork.address(169, 254, 100, 1);

    /// The machine's where nothing leads outside.
    private static final Inet4Address ALONE = PrivateNetwork.address(169, 254, 100, 2);

    /// The cable's name, wherever it is.
    static final String TAP = "tap0";

    /// The Runtime API's port, and those behind it for services.
    static final int FIRST_PORT = NamespaceSandbox.RUNTIME_API_PORT;

    /// The sockets' places: all are at one address, and told apart by their ports.
    static PrivateNetwork.Listening listening(InnerServices services) {
        var addresses = new ArrayList<InetSocketAddress>();
        for (var i = 0; i <= services.addresses().size(); i++) {
            addresses.add(new InetSocketAddress(GATEWAY, FIRST_PORT + i));
        }
        return new PrivateNetwork.Listening(addresses, Optional.of(GATEWAY));
    }

    static MicrovmNetwork behind(PrivateNetwork own) {
        return new MicrovmNetwork(own, own.connection().address().orElse(ALONE));
    }

    /// Makes the machine's cable.
    ///
    /// @return the caller's to close; the device goes once the machine has ended, too
    TapDevice attach() throws SandboxException {
        try {
            return own.namespace().call(() -> attach(guest));
        } catch (LinuxException | UncheckedIOException e) {
            throw new SandboxException("the microVM's network: " + e.getMessage(), e);
        }
    }

    /// Takes the machine's cable from another namespace, where somebody has opened it.
    void adopt(NetworkNamespace from) throws SandboxException {
        try {
            from.call(() -> {
                NetworkLink.named(TAP).moveTo(own.namespace());
                return TAP;
            });
            own.namespace().call(() -> {
                connect(guest);
                return TAP;
            });
        } catch (LinuxException | UncheckedIOException e) {
            throw new SandboxException("the microVM's network: " + e.getMessage(), e);
        }
    }

    /// In the namespace of the calling thread.
    private static TapDevice attach(Inet4Address guest) throws LinuxException {
        var tap = TapDevice.make(TAP);
        try {
            connect(guest);
            return tap;
        } catch (LinuxException | RuntimeException | Error e) {
            tap.close();
            throw e;
        }
    }

    private static void connect(Inet4Address guest) throws LinuxException {
        // Before the device is up: from then on the guest may send.
        set("net/ipv6/conf/all/disable_ipv6", "1");
        set("net/ipv4/conf/all/rp_filter", "1");
        set("net/ipv4/conf/" + TAP + "/rp_filter", "1");
        set("net/ipv4/conf/" + TAP + "/accept_redirects", "0");
        set("net/ipv4/conf/" + TAP + "/send_redirects", "0");
        set("net/ipv4/ip_forward", "1");
        var link = NetworkLink.named(TAP);
        link.setHardwareAddress(InternetNetwork.hardwareAddress(GATEWAY));
        link.up();
        link.addRoute(guest);
        link.addNeighbour(guest, InternetNetwork.hardwareAddress(guest));
    }

    /// What is not there, as IPv6 may be, needs no setting.
    private static void set(String name, String value) {
        var file = Path.of("/proc/sys").resolve(name);
        if (Files.exists(file)) {
            try {
                Files.writeString(file, value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    byte[] hardwareAddress() {
        return InternetNetwork.hardwareAddress(guest);
    }

    static byte[] gatewayHardwareAddress() {
        return InternetNetwork.hardwareAddress(GATEWAY);
    }

    /// The namespace of a machine's monitor, which needs no network: what it was given is a descriptor.
    static NetworkNamespace ofMonitor() throws LinuxException {
        return NetworkNamespace.create();
    }

    /// What programs inside connect to, and where that leads: words for the guest.
    static List<List<Object>> listeners(InnerServices services) {
        var all = new ArrayList<List<Object>>();
        all.add(List.of("127.0.0.1", NamespaceSandbox.RUNTIME_API_PORT, FIRST_PORT));
        for (var i = 0; i < services.addresses().size(); i++) {
            var inside = services.addresses().get(i);
            all.add(List.of(inside.getAddress().getHostAddress(), inside.getPort(), FIRST_PORT + 1 + i));
        }
        return all;
    }
}
