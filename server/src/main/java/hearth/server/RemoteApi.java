package hearth.server;

import hearth.link.FrontLinks;
import hearth.model.worker.EnvironmentSpec;
import hearth.worker.endpoints.ApiEntrance;
import hearth.worker.endpoints.Relays;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;

/// The entrance of functions to the API of the frontends that this worker has joined: their connections are relayed to
/// one that answers.
record RemoteApi(FrontLinks links, Relays relays) implements ApiEntrance {
    @Override
    public void enter(Channel connection, EventLoop loop, EnvironmentSpec environment) {
        var apis = links.apis();
        if (apis.isEmpty()) {
            connection.unsafe().closeForcibly();
        } else {
            relays.relay((EpollSocketChannel) connection, loop, apis);
        }
    }

    @Override
    public String url() {
        return links.apis().stream().findFirst().map(Hearth::url).orElse("");
    }
}
