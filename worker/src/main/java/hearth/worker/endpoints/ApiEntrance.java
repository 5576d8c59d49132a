package hearth.worker.endpoints;

import hearth.model.worker.EnvironmentSpec;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/// Where functions enter this server's API.
public interface ApiEntrance {
    /// Of a server without an API: closes every connection.
    ApiEntrance CLOSED = new ApiEntrance() {
        @Override
        public void enter(Channel connection, EventLoop loop, EnvironmentSpec environment) {
            connection.unsafe().closeForcibly();
        }

        @Override
        public String url() {
            return "";
        }
    };

    /// Serves a connection that an environment has made. Called on that loop, with a channel that no loop has yet.
    void enter(Channel connection, EventLoop loop, EnvironmentSpec environment);

    /// Where functions that share the host's network find the API.
    String url();
}
