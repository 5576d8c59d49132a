package hearth.server.auth;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.server.http.RequestHead;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// The names by which this server may be called without signatures.
///
/// Whoever can connect to the loopback is its owner, but for the browser of that owner: it connects for every page that
/// it shows. A page of elsewhere is told by its `Origin`; one whose own name was made to point to the loopback after it
/// was loaded (DNS rebinding) only by the name in `Host`, which is still its own.
public final class TrustedHosts {
    private static final String LOCALHOST = "localhost";
    private static final String WILDCARD = "*.";

    /// What names of function URLs have in them, under whatever domain.
    private static final String URL_LABEL = ".lambda-url.";

    private final Set<String> names = new HashSet<>();

    /// Ends of names, each with the dot before it.
    private final Set<String> domains = new HashSet<>();

    /// Those under which function URLs answer: their pages are not the owner's.
    private final Set<String> urlDomains = new HashSet<>();

    /// The last `Host` that was good: nearly always the next one too.
    private volatile String lastGood = "";

    /// @param more names and addresses besides those of the loopback; `*.example.com` is every name under that domain
    public TrustedHosts(Collection<String> more) {
        this(more, Set.of());
    }

    /// @param functionUrls domains under which function URLs answer, besides `localhost`
    public TrustedHosts(Collection<String> more, Collection<String> functionUrls) {
        functionUrls.forEach(domain -> urlDomains.add("." + plain(domain)));
        for (var name : more) {
            if (name.startsWith(WILDCARD)) {
                domains.add(plain(name.substring(1)));
            } else {
                names.add(plain(name));
            }
        }
    }

    /// Refuses a request that was meant for somebody else, or comes from a page of somebody else.
    ///
    /// A request of HTTP/1.0 without `Host` passes: no browser sends one.
    public void check(RequestHead head) {
        checkHost(head);
        checkOrigin(head);
    }

    /// Refuses a request that was meant for somebody else.
    public void checkHost(RequestHead head) {
        for (var host : head.headers().all("host")) {
            if (!host.equals(lastGood)) {
                checkHost(host);
                lastGood = host;
            }
        }
    }

    /// Refuses a request that comes from a page of somebody else.
    public void checkOrigin(RequestHead head) {
        head.headers().first("origin").filter(origin -> !isOwnPage(origin)).ifPresent(origin -> {
            throw new ApiException(
                    ApiError.ACCESS_DENIED,
                    "Without signatures, requests of web pages from elsewhere are refused: " + origin
                            + " is not on this machine. Use --auth sigv4.");
        });
    }

    private void checkHost(String host) {
        var name = plain(host.replaceFirst(":[0-9]*$", ""));
        if (!isLoopback(name) && !isNamed(name) && urlDomains.stream().noneMatch(name::endsWith)) {
            throw new ApiException(
                    ApiError.ACCESS_DENIED,
                    "Without signatures, only requests to a name of this machine's loopback are served, and " + host
                            + " is none. Use --allow-host or --public-url if this server is called so, or --auth"
                            + " sigv4.");
        }
    }

    private static boolean isLoopback(String name) {
        return name.equals(LOCALHOST) || name.endsWith("." + LOCALHOST) || isLoopbackAddress(name);
    }

    private static boolean isLoopbackAddress(String name) {
        var bytes = NetUtil.createByteArrayFromIpAddressString(name);
        try {
            return bytes != null && InetAddress.getByAddress(bytes).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    private boolean isNamed(String name) {
        return names.contains(name) || domains.stream().anyMatch(name::endsWith);
    }

    /// Lower case, without the dot that ends an absolute name, and without the brackets of an IPv6 address.
    private static String plain(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        var relative = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return relative.startsWith("[") && relative.endsWith("]")
                ? relative.substring(1, relative.length() - 1)
                : relative;
    }

    /// Whether a page may act for the owner. Not those of every name under `localhost` or another domain of function
    /// URLs, where functions answer, also where that domain lies in one whose names were allowed.
    private boolean isOwnPage(String origin) {
        try {
            var host = URI.create(origin).getHost();
            if (host == null) {
                return false;
            }
            var name = plain(host);
            if (name.contains(URL_LABEL) || urlDomains.stream().anyMatch(name::endsWith)) {
                return false;
            }
            return name.equals(LOCALHOST) || isLoopbackAddress(name) || isNamed(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
