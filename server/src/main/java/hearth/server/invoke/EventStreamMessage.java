package hearth.server.invoke;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
        return joined(message(CHUNK_HEADERS, payload, offset, length));
    }

    /// A part of a function's answer in several buffers, in which its bytes are not copied.
    static List<ByteBuffer> uncopiedChunk(byte[] payload, int offset, int length) {
        return message(CHUNK_HEADERS, payload, offset, length);
    }

    /// The last message.
    ///
    /// @param json what the model calls `InvokeWithResponseStreamCompleteEvent`
    static byte[] invokeComplete(byte[] json) {
        return joined(message(COMPLETE_HEADERS, json, 0, json.length));
    }

    private static List<ByteBuffer> message(byte[] headers, byte[] payload, int offset, int length) {
        var checksum = new CRC32();
        var before = ByteBuffer.allocate(LENGTHS + CHECKSUM + headers.length);
        before.putInt(FRAME + headers.length + length).putInt(headers.length);
        checksum.update(before.array(), 0, LENGTHS);
        before.putInt((int) checksum.getValue()).put(headers).flip();
        checksum.update(before.array(), LENGTHS, CHECKSUM + headers.length);
        checksum.update(payload, offset, length);
        var after = ByteBuffer.allocate(CHECKSUM).putInt((int) checksum.getValue());
        return List.of(before, ByteBuffer.wrap(payload, offset, length), after.flip());
    }

    private static byte[] joined(List<ByteBuffer> parts) {
        var whole = ByteBuffer.allocate(
                parts.stream().mapToInt(ByteBuffer::remaining).sum());
        parts.forEach(whole::put);
        return whole.array();
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
