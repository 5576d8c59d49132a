package hearth.server.invoke;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Messages of AWS's event stream encoding: a prelude with two lengths and its checksum, headers,
/// the payload, and a checksum of all of that.
final class EventStreamMessage {
    private static final int LENGTHS = 8;
    private static final int CHECKSUM = 4;
    private static final int FRAME = LENGTHS + CHECKSUM + CHECKSUM;
    private static final byte STRING = 7;

    private static final byte[] CHUNK_HEADERS = headers("PayloadChunk", "application/octet-stream");
    private static final byte[] COMPLETE_HEADERS = headers("InvokeComplete", "application/json");

    private EventStreamMessage() {}

    /// A part of a function's answer.
    static byte[] payloadChunk(byte[] payload, int offset, int length) {
        return message(CHUNK_HEADERS, payload, offset, length);
    }

    /// The last message.
    ///
    /// @param json what the model calls `InvokeWithResponseStreamCompleteEvent`
    static byte[] invokeComplete(byte[] json) {
        return message(COMPLETE_HEADERS, json, 0, json.length);
    }

    private static byte[] message(byte[] headers, byte[] payload, int offset, int length) {
        var bytes = new byte[FRAME + headers.length + length];
        var message = ByteBuffer.wrap(bytes);
        message.putInt(bytes.length).putInt(headers.length);
        message.putInt(checksum(bytes, message.position()));
        message.put(headers).put(payload, offset, length);
        message.putInt(checksum(bytes, message.position()));
        return bytes;
    }

    private static int checksum(byte[] bytes, int length) {
        var checksum = new CRC32();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }

    private static byte[] headers(String eventType, String contentType) {
        var headers = ByteBuffer.allocate(256);
        putHeader(headers, ":message-type", "event");
        putHeader(headers, ":event-type", eventType);
        putHeader(headers, ":content-type", contentType);
        var bytes = new byte[headers.position()];
        headers.flip().get(bytes);
        return bytes;
    }

    private static void putHeader(ByteBuffer headers, String name, String value) {
        headers.put((byte) name.length()).put(ascii(name));
        headers.put(STRING).putShort((short) value.length()).put(ascii(value));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
