package hearth.worker.sandbox;

import java.util.List;

/// What functions may reach on the network.
///
/// @param internet whether they reach anything but their own loopback
/// @param allowedNetworks exceptions from what is closed otherwise (private ranges, the host itself), such as
///     `10.1.0.0/16`
/// @param nameServers IPv4 addresses; none takes those of the host
public record NetworkPolicy(boolean internet, List<String> allowedNetworks, List<String> nameServers) {
    public NetworkPolicy {
        allowedNetworks = List.copyOf(allowedNetworks);
        nameServers = List.copyOf(nameServers);
    }

    /// Nothing outside is reached.
    public static NetworkPolicy closed() {
        return new NetworkPolicy(false, List.of(), List.of());
    }
}
