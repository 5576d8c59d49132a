package hearth.server.urls;

import hearth.control.operation.Caller;
import hearth.control.urls.UrlAddress;
import hearth.model.Region;
import io.netty.util.NetUtil;
import java.net.URI;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/// The addresses of function URLs as callers are told them: under the configured suffix; else under `localhost`, to
/// whoever came by a name of the loopback, if such names are resolved here; else by a path of the API's own address.
public final class FunctionUrlAddresses implements UrlAddress {
    private static final String LOCALHOST = "localhost";

    private final Optional<UrlSuffix> suffix;
    private final IntSupplier port;
    private final BooleanSupplier localhostNames;

    /// @param port that the server listens on
    /// @param localhostNames whether names under `localhost` are resolved; may block
    public FunctionUrlAddresses(Optional<UrlSuffix> suffix, IntSupplier port, BooleanSupplier localhostNames) {
        this.suffix = suffix;
        this.port = port;
        this.localhostNames = localhostNames;
    }

    @Override
    public String of(Caller caller, String id, Region region) {
        var name = id + UrlTarget.LABEL + region;
        if (suffix.isPresent()) {
            return suffix.get().address(name, port.getAsInt());
        }
        var endpoint = URI.create(caller.endpoint());
        boolean bare = endpoint.getRawPath().isEmpty();
        if (bare && isLoopback(endpoint.getHost()) && localhostNames.getAsBoolean()) {
            var given = endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort();
            return endpoint.getScheme() + "://" + name + "." + LOCALHOST + given + "/";
        }
        return caller.endpoint() + UrlTarget.PATHS + id + "/";
    }

    private static boolean isLoopback(String host) {
        if (host.equals(LOCALHOST) || host.endsWith("." + LOCALHOST)) {
            return true;
        }
        var plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return plain.equals("::1") || (plain.startsWith("127.") && NetUtil.isValidIpV4Address(plain));
    }
}
