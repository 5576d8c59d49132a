package hearth.worker.endpoints;

import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.endpoints.ServiceName;
import hearth.worker.sandbox.InnerServices;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The endpoints that functions find in their environment.
///
/// What lies on the host's loopback is found under the same name and port inside a sandbox, where a relay listens:
/// URLs that a service makes of the address it was asked at, such as those of queues, and the names in certificates
/// stay good.
///
/// @param addresses inside each sandbox
/// @param hostNames that lead to the host's loopback, and so to the sandbox's own
/// @param inside variables of functions whose sandbox has a network of its own
/// @param outside variables of functions that share the host's, without that of this server
public record FunctionEndpoints(
        List<InnerAddress> addresses, List<String> hostNames, Map<String, String> inside, Map<String, String> outside) {
    /// Nothing is found, and nothing listens.
    public static final FunctionEndpoints NONE = new FunctionEndpoints(List.of(), List.of(), Map.of(), Map.of());

    private static final System.Logger LOG = System.getLogger(FunctionEndpoints.class.getName());

    /// Each costs a socket for each sandbox.
    static final int MOST_ADDRESSES = 32;

    /// Lambda's own port, of which functions keep away: a second one would be lost to them.
    private static final int RUNTIME_API_PORT = 9001;

    private static final InetSocketAddress API = loopback(2, RUNTIME_API_PORT);

    /// For a service whose port on the host is that of the Runtime API.
    private static final InetSocketAddress DISPLACED = loopback(3, RUNTIME_API_PORT);

    public FunctionEndpoints {
        addresses = List.copyOf(addresses);
        hostNames = List.copyOf(hostNames);
        inside = Map.copyOf(inside);
        outside = Map.copyOf(outside);
    }

    /// This server, and the services around it.
    ///
    /// @param serverPort of this server on the host's loopback; 0 if it is not known yet
    /// @throws IllegalArgumentException for more endpoints on the host's loopback than sandboxes have sockets for
    public static FunctionEndpoints of(ServiceEndpoints services, int serverPort) {
        var translation = new Translation(serverPort);
        var outside = new LinkedHashMap<String, String>();
        var inside = new LinkedHashMap<String, String>();
        services.variables().forEach((variable, url) -> {
            outside.put(variable, url.toString());
            inside.put(variable, translation.of(url).toString());
        });
        var lambda = ServiceName.LAMBDA.variable();
        outside.remove(lambda);
        inside.put(lambda, "http://" + text(API));
        return new FunctionEndpoints(translation.addresses(), List.copyOf(translation.hostNames), inside, outside);
    }

    /// What sandboxes are to have for them.
    public InnerServices innerServices() {
        return new InnerServices(addresses.stream().map(InnerAddress::at).toList(), hostNames);
    }

    /// The variables of a function that has set some itself. Where it names an endpoint for all services, it means all.
    ///
    /// @param ownNetwork whether its sandbox has one
    /// @param own variables that the function was configured with
    public Map<String, String> variables(boolean ownNetwork, Map<String, String> own, ApiEntrance server) {
        if (own.containsKey("AWS_ENDPOINT_URL") || this.equals(NONE)) {
            return Map.of();
        }
        if (ownNetwork) {
            return inside;
        }
        var variables = new LinkedHashMap<>(outside);
        if (!server.url().isEmpty()) {
            variables.put(ServiceName.LAMBDA.variable(), server.url());
        }
        return variables;
    }

    /// Makes URLs for the inside of URLs for the outside, and notes which addresses they need.
    private static final class Translation {
        private final int serverPort;
        private final Map<InetSocketAddress, Set<InetSocketAddress>> relays = new LinkedHashMap<>();
        private final Set<String> hostNames = new LinkedHashSet<>();

        Translation(int serverPort) {
            this.serverPort = serverPort;
        }

        URI of(URI url) {
            var addresses = loopbackAddresses(url.getHost());
            if (addresses.isEmpty()) {
                return url;
            }
            var port = port(url);
            if (port == serverPort) {
                return moved(url, API);
            }
            var literal = isAddress(url.getHost());
            var at = port == RUNTIME_API_PORT
                    ? DISPLACED
                    : literal && addresses.getFirst().getAddress().length == 4
                            ? new InetSocketAddress(addresses.getFirst(), port)
                            : loopback(1, port);
            var relayed = relays.computeIfAbsent(at, _ -> new LinkedHashSet<>());
            addresses.forEach(address -> relayed.add(new InetSocketAddress(address, port)));
            if (relays.size() >= MOST_ADDRESSES) {
                throw new IllegalArgumentException(
                        "Functions reach no more than " + (MOST_ADDRESSES - 1) + " endpoints on this host's loopback");
            }
            if (at.equals(DISPLACED)) {
                return moved(url, at);
            }
            if (!literal) {
                hostNames.add(url.getHost());
                return url;
            }
            return at.getAddress().equals(addresses.getFirst()) ? url : moved(url, at);
        }

        List<InnerAddress> addresses() {
            var all = new ArrayList<InnerAddress>();
            all.add(new InnerAddress(API, List.of()));
            relays.forEach((at, relayedTo) -> all.add(new InnerAddress(at, List.copyOf(relayedTo))));
            return all;
        }
    }

    private static List<InetAddress> loopbackAddresses(String host) {
        try {
            return Stream.of(InetAddress.getAllByName(host))
                    .filter(InetAddress::isLoopbackAddress)
                    .toList();
        } catch (UnknownHostException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "this host knows no {0}: functions are told of it, and may reach it by a name server of theirs",
                    host);
            return List.of();
        }
    }

    private static boolean isAddress(String host) {
        return host.startsWith("[") || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private static int port(URI url) {
        return url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
    }

    private static URI moved(URI url, InetSocketAddress to) {
        return URI.create(url.getScheme() + "://" + text(to) + url.getRawPath());
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static InetSocketAddress loopback(int last, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("Four bytes are an address", e);
        }
    }
}
