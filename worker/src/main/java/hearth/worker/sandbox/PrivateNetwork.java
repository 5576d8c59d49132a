package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkLink;
import hearth.worker.linux.NetworkNamespace;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a sandbox has of the network: a namespace of its own, which its slot connects, and in it the sockets of the
/// Runtime API and of the services that its loopback offers.
///
/// @param uid the slot, as `Slots` hands it out
/// @param sockets listening: first the Runtime API's, then one for each service; of whoever uses the sandbox, to close
record PrivateNetwork(
        int uid, NetworkNamespace namespace, SandboxNetwork.Connection connection, List<Integer> sockets) {
    /// Where sockets listen in a namespace.
    ///
    /// @param addresses IPv4, in the order of the sockets
    /// @param own an address that the namespace's loopback gets for them; none where they are its usual ones
    record Listening(List<InetSocketAddress> addresses, Optional<Inet4Address> own) {
        Listening {
            addresses = List.copyOf(addresses);
        }
    }

    static PrivateNetwork make(SandboxNetwork network, Slots slots, Listening listening) throws SandboxException {
        var uid = slots.take();
        try {
            var namespace = NetworkNamespace.create();
            try {
                var connection = network.connect(namespace, uid - slots.initUid() - 1);
                try {
                    return new PrivateNetwork(uid, namespace, connection, listen(namespace, listening));
                } catch (LinuxException | RuntimeException | Error e) {
                    connection.close();
                    throw e;
                }
            } catch (LinuxException | SandboxException | RuntimeException | Error e) {
                namespace.close();
                throw e;
            }
        } catch (LinuxException e) {
            slots.giveBack(uid);
            throw new SandboxException("a network namespace: " + e.getMessage(), e);
        } catch (SandboxException | RuntimeException | Error e) {
            slots.giveBack(uid);
            throw e;
        }
    }

    private static List<Integer> listen(NetworkNamespace namespace, Listening listening) throws LinuxException {
        return namespace.call(() -> {
            var sockets = new ArrayList<Integer>();
            try {
                if (listening.own.isPresent()) {
                    NetworkLink.named("lo").addAddress(listening.own.get());
                }
                for (var address : listening.addresses) {
                    sockets.add(NetworkNamespace.listen(address));
                }
                return List.copyOf(sockets);
            } catch (LinuxException | RuntimeException | Error e) {
                sockets.forEach(Descriptors::close);
                throw e;
            }
        });
    }

    void closeSockets() {
        sockets.forEach(Descriptors::close);
    }

    /// Lets go of the namespace, which the kernel removes when the sockets are closed too and no process is in it. The
    /// slot goes back when nothing of the sandbox lives.
    void letGo() {
        namespace.close();
    }

    /// Removes what the namespace has outside, unless that went with it.
    void disconnect() {
        connection.close();
    }

    /// An address by its four numbers.
    static Inet4Address address(int... octets) {
        var bytes = new byte[octets.length];
        for (var i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        try {
            return (Inet4Address) InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
