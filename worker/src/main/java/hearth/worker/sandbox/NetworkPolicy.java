package hearth.worker.sandbox;

import java.util.List;
import java.util.stream.Stream;

/// What functions may reach on the network.
///
/// @param internet whether they reach anything but their own loopback
/// @param allowedNetworks exceptions from what is closed otherwise (private ranges, the host itself), such as
///     `10.1.0.0/16`
/// @param nameServers IPv4 addresses; none takes those of the host
public record NetworkPolicy(boolean internet, List<String> allowedNetworks, List<String> nameServers) {
    private static final int BITS = 32;

    /// @throws IllegalArgumentException for what is no IPv4 network or address, in words for users
    public NetworkPolicy {
        allowedNetworks = List.copyOf(allowedNetworks);
        nameServers = List.copyOf(nameServers);
        allowedNetworks.forEach(NetworkPolicy::checkNetwork);
        nameServers.forEach(NetworkPolicy::address);
    }

    /// Nothing outside is reached.
    public static NetworkPolicy closed() {
        return new NetworkPolicy(false, List.of(), List.of());
    }

    private static void checkNetwork(String network) {
        int slash = network.indexOf('/');
        var prefix = slash < 0 ? Integer.toString(BITS) : network.substring(slash + 1);
        if (!prefix.matches("\\d{1,2}") || Integer.parseInt(prefix) > BITS) {
            throw new IllegalArgumentException(network + " is no IPv4 network, such as 10.1.0.0/16");
        }
        long address = address(slash < 0 ? network : network.substring(0, slash));
        long beyond = (1L << (BITS - Integer.parseInt(prefix))) - 1;
        if ((address & beyond) != 0) {
            throw new IllegalArgumentException(network + " is an address within a network; the network is "
                    + text(address & ~beyond) + "/" + prefix);
        }
    }

    private static long address(String text) {
        var octets = text.split("\\.", -1);
        if (octets.length != 4
                || !Stream.of(octets)
                        .allMatch(octet -> octet.matches("0|[1-9]\\d{0,2}") && Integer.parseInt(octet) < 256)) {
            throw new IllegalArgumentException(text + " is no IPv4 address");
        }
        return Stream.of(octets).mapToLong(Long::parseLong).reduce(0, (all, octet) -> all << 8 | octet);
    }

    private static String text(long address) {
        return "%d.%d.%d.%d".formatted(address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
    }
}
