package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkNamespace;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// What a sandbox has of the network: a namespace of its own, which its slot connects, and in it the sockets of the
/// Runtime API and of the services that its loopback offers.
///
/// @param uid the slot, as `Slots` hands it out
/// @param sockets listening: first the Runtime API's, then one for each service; of whoever uses the sandbox, to close
record PrivateNetwork(
        int uid, NetworkNamespace namespace, SandboxNetwork.Connection connection, List<Integer> sockets) {
    static PrivateNetwork make(SandboxNetwork network, Slots slots, List<InetSocketAddress> services)
            throws SandboxException {
        var uid = slots.take();
        try {
            var namespace = NetworkNamespace.create();
            try {
                var connection = network.connect(namespace, uid - slots.initUid() - 1);
                try {
                    return new PrivateNetwork(uid, namespace, connection, listen(namespace, services));
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

    private static List<Integer> listen(NetworkNamespace namespace, List<InetSocketAddress> services)
            throws LinuxException {
        return namespace.call(() -> {
            var sockets = new ArrayList<Integer>();
            try {
                sockets.add(NetworkNamespace.listen(NamespaceSandbox.RUNTIME_API_PORT));
                for (var service : services) {
                    sockets.add(NetworkNamespace.listen(service));
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
}
