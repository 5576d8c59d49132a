package hearth.server;

import hearth.link.FrontLink;
import hearth.model.worker.EnvironmentSpec;
import hearth.worker.endpoints.ApiEntrance;
import hearth.worker.endpoints.Relays;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.List;

/// The entrance of functions to the API of the frontend that this worker has joined: their connections are relayed
/// there.
record RemoteApi(FrontLink link, Relays relays) implements ApiEntrance {
    @Override
    public void enter(Channel connection, EventLoop loop, EnvironmentSpec environment) {
        var api = link.api();
        if (api.isEmpty()) {
            connection.unsafe().closeForcibly();
        } else {
            relays.relay((EpollSocketChannel) connection, loop, List.of(api.get()));
        }
    }

    @Override
    public String url() {
        return link.api().map(Hearth::url).orElse("");
    }
}
