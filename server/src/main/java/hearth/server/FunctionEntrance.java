package hearth.server;

import hearth.model.worker.EnvironmentSpec;
import hearth.server.http.HttpListener;
import hearth.server.http.Service;
import hearth.worker.endpoints.ApiEntrance;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The entrance of functions to the API, open once there is one. Sandboxes are made before.
final class FunctionEntrance implements ApiEntrance {
    private record Open(HttpListener listener, Function<EnvironmentSpec, Service> services) {}

    private volatile @Nullable Open open;

    /// @param services the API as an environment may use it
    void open(HttpListener listener, Function<EnvironmentSpec, Service> services) {
        open = new Open(listener, services);
    }

    @Override
    public void enter(Channel connection, EventLoop loop, EnvironmentSpec environment) {
        var api = open;
        if (api == null) {
            connection.unsafe().closeForcibly();
        } else {
            api.listener().adopt(connection, loop, api.services().apply(environment));
        }
    }

    /// Of the listener; 0 before there is one.
    int port() {
        var api = open;
        return api == null ? 0 : api.listener().address().getPort();
    }

    @Override
    public String url() {
        var api = open;
        return api == null ? "" : url(api.listener().address());
    }

    private static String url(InetSocketAddress listening) {
        var address = listening.getAddress();
        var host = address.getHostAddress();
        if (address.isAnyLocalAddress()) {
            host = "127.0.0.1";
        } else if (address instanceof Inet6Address) {
            host = "[" + host + "]";
        }
        return "http://" + host + ":" + listening.getPort();
    }
}
