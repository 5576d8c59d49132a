package hearth.worker.endpoints;

import java.net.InetSocketAddress;
import java.util.List;

/// An address inside each sandbox, and what answers there.
///
/// @param at of the sandbox's own loopback
/// @param relayedTo addresses of the host's loopback, of which the first that answers serves; none for this
///     server's API
record InnerAddress(InetSocketAddress at, List<InetSocketAddress> relayedTo) {
    InnerAddress {
        relayedTo = List.copyOf(relayedTo);
    }

    boolean isApi() {
        return relayedTo.isEmpty();
    }
}
