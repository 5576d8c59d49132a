package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkNamespace;

/// What a sandbox has of the network: a namespace of its own, which its slot connects, and in it the socket of the
/// Runtime API.
///
/// @param uid the slot, as `Slots` hands it out
/// @param runtimeApiSocket of whoever uses the sandbox, to close
record PrivateNetwork(int uid, NetworkNamespace namespace, SandboxNetwork.Connection connection, int runtimeApiSocket) {
    static PrivateNetwork make(SandboxNetwork network, Slots slots) throws SandboxException {
        var uid = slots.take();
        try {
            var namespace = NetworkNamespace.create();
            try {
                var connection = network.connect(namespace, uid - slots.initUid() - 1);
                try {
                    return new PrivateNetwork(uid, namespace, connection, listen(namespace));
                } catch (LinuxException e) {
                    connection.close();
                    throw e;
                }
            } catch (LinuxException | SandboxException e) {
                namespace.close();
                throw e;
            }
        } catch (LinuxException e) {
            slots.giveBack(uid);
            throw new SandboxException("a network namespace: " + e.getMessage(), e);
        } catch (SandboxException e) {
            slots.giveBack(uid);
            throw e;
        }
    }

    private static int listen(NetworkNamespace namespace) throws LinuxException {
        return namespace.call(() -> NetworkNamespace.listen(NamespaceSandbox.RUNTIME_API_PORT));
    }

    /// Nobody took the socket.
    void discard() {
        Descriptors.close(runtimeApiSocket);
        close();
    }

    /// All but the socket and the slot, which goes back when nothing of the sandbox lives.
    void close() {
        connection.close();
        namespace.close();
    }
}
