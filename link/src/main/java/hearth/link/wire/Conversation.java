package hearth.link.wire;

import hearth.link.message.MalformedMessageException;
import hearth.link.message.Message;
import io.netty.buffer.ByteBuf;
import java.util.List;

/// Whoever speaks over a connection. All of it is called on the connection's loop, and must not block.
public interface Conversation {
    /// The other side has shown a certificate of our cluster.
    ///
    /// @param name of the certificate
    /// @param cluster of the certificate
    void met(Connection connection, String name, String cluster);

    /// A worker introduces itself. To be answered by `welcome` or `refuse`.
    ///
    /// @param hello as it came
    /// @throws MalformedMessageException where that cannot be
    void introduced(ByteBuf hello);

    /// The frontend takes us.
    ///
    /// @param version of the protocol that is spoken from now on
    /// @param apiPort of its API on the same host; 0 if there is none
    void welcomed(int version, int apiPort);

    /// The worker is about to stop. What would begin something there is `unsent` from now on.
    void leaves();

    /// The frontend has heard that we are about to stop: it begins nothing here any more.
    void dismissed();

    /// A message that came whole, after the introduction.
    void received(Message message);

    /// The connection has ended: the last word, but for `unsent` of what is sent all the same.
    ///
    /// @param why in words for the log
    /// @param unsent what was given to `send` and of which the other side has not the whole, and never will
    void ended(String why, List<Message> unsent);

    /// A message was given to `send` after the end.
    void unsent(Message message);
}
