package hearth.worker.sandbox;

import hearth.worker.linux.NetworkNamespace;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/// What connects sandboxes' network namespaces to the outside.
///
/// Each namespace is new, has its loopback up, and belongs to one sandbox in its whole life.
interface SandboxNetwork extends AutoCloseable {
    /// The name servers that a sandbox can ask.
    List<String> nameServers();

    /// Connects a sandbox.
    ///
    /// @param slot a number that no other living sandbox has
    Connection connect(NetworkNamespace namespace, int slot) throws SandboxException;

    /// Removes what the connections shared. All of them are closed before.
    @Override
    void close();

    /// One sandbox's way outside.
    interface Connection extends AutoCloseable {
        /// Its address there; none where it leads nowhere.
        default Optional<Inet4Address> address() {
            return Optional.empty();
        }

        @Override
        void close();
    }

    /// Who has the address by which a sandbox is known outside.
    enum Addressing {
        /// The namespace itself: its processes use it.
        OWN,
        /// What is behind the namespace, a virtual machine: the namespace passes packets on, and has the
        /// address nowhere.
        BEHIND
    }

    /// Leads nowhere.
    final class LoopbackOnly implements SandboxNetwork {
        @Override
        public List<String> nameServers() {
            return List.of();
        }

        @Override
        public Connection connect(NetworkNamespace namespace, int slot) {
            return () -> {};
        }

        @Override
        public void close() {
            // Nothing is shared.
        }
    }
}
