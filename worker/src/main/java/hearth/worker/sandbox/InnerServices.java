package hearth.worker.sandbox;

import java.net.InetSocketAddress;
import java.util.List;

/// What the loopback of each sandbox that has a network of its own offers, besides the Runtime API.
///
/// @param addresses IPv4, where sockets listen that the server serves
/// @param hostNames that lead to 127.0.0.1, besides `localhost`
public record InnerServices(List<InetSocketAddress> addresses, List<String> hostNames) {
    /// The Runtime API alone.
    public static final InnerServices NONE = new InnerServices(List.of(), List.of());

    public InnerServices {
        addresses = List.copyOf(addresses);
        hostNames = List.copyOf(hostNames);
    }
}
