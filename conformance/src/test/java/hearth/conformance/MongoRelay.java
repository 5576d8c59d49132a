package hearth.conformance;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/// A way to a server that speaks as MongoDB does. It passes messages on one by one, and can refuse positions of change
/// streams as a cluster does that keeps them no more.
final class MongoRelay implements AutoCloseable {
    private static final int HEADER = 16;

    /// Of `OP_MSG`: the flags, and the kind of its first section, which is a document.
    private static final int BEFORE_BODY = HEADER + 4 + 1;

    private static final int OP_MSG = 2013;

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final AtomicInteger refusals = new AtomicInteger();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

    MongoRelay(InetSocketAddress target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var _ = Thread.ofPlatform().daemon().name("mongo-relay").start(this::accept);
    }

    String url() {
        return "mongodb://127.0.0.1:" + listener.getLocalPort();
    }

    /// Refuses the next position that somebody wants to go on behind, and ends all connections: whoever has read so far
    /// has one.
    void forgetPosition() throws IOException {
        refusals.incrementAndGet();
        for (var client : clients) {
            client.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                var client = listener.accept();
                var _ = Thread.ofPlatform().daemon().name("mongo-relay").start(() -> serve(client));
            }
        } catch (IOException closed) {
            // Nobody is to come any more.
        }
    }

    private void serve(Socket client) {
        clients.add(client);
        try (client;
                var server = new Socket(target.getAddress(), target.getPort())) {
            var requests = new DataInputStream(client.getInputStream());
            var answers = new DataInputStream(server.getInputStream());
            while (true) {
                var request = read(requests);
                if (asksForPosition(request) && refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    refuse(request, client.getOutputStream());
                } else {
                    server.getOutputStream().write(request);
                    client.getOutputStream().write(read(answers));
                }
            }
        } catch (IOException over) {
            // One of both has closed its end.
        } finally {
            clients.remove(client);
        }
    }

    private static byte[] read(DataInputStream in) throws IOException {
        int length = Integer.reverseBytes(in.readInt());
        var message = new byte[length];
        ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putInt(length);
        in.readFully(message, 4, length - 4);
        return message;
    }

    private static int number(byte[] message, int at) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    private static boolean asksForPosition(byte[] message) {
        if (number(message, 12) != OP_MSG) {
            return false;
        }
        var body = new RawBsonDocument(message, BEFORE_BODY, number(message, BEFORE_BODY));
        if (!body.containsKey("aggregate") || body.getArray("pipeline").isEmpty()) {
            return false;
        }
        var stage = body.getArray("pipeline").get(0).asDocument();
        return stage.containsKey("$changeStream")
                && stage.getDocument("$changeStream").containsKey("resumeAfter");
    }

    /// With `ChangeStreamHistoryLost` of MongoDB's error codes.
    private static void refuse(byte[] request, OutputStream client) throws IOException {
        var body = new BsonDocument("ok", new BsonDouble(0))
                .append("code", new BsonInt32(286))
                .append("codeName", new BsonString("ChangeStreamHistoryLost"))
                .append("errmsg", new BsonString("Resume of change stream was not possible"));
        var document = new RawBsonDocument(body, new BsonDocumentCodec())
                .getByteBuffer()
                .asNIO();
        var answer = ByteBuffer.allocate(BEFORE_BODY + document.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        answer.putInt(answer.capacity())
                .putInt(0)
                .putInt(number(request, 4))
                .putInt(OP_MSG)
                .putInt(0)
                .put((byte) 0)
                .put(document);
        client.write(answer.array());
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
