package hearth.worker.sandbox;

import hearth.worker.linux.NetworkNamespace;
import java.util.List;

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
        @Override
        void close();
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
