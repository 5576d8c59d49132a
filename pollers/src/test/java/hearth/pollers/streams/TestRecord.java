package hearth.pollers.streams;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/// A record of nothing but what pollers look at.
record TestRecord(String sequenceNumber, String key, Instant arrival, int size) implements StreamRecord {
    static TestRecord of(int number, String key, long millis) {
        return new TestRecord(Integer.toString(number), key, Instant.ofEpochMilli(millis), 100);
    }

    int number() {
        return Integer.parseInt(sequenceNumber);
    }

    @Override
    public void write(ByteArrayOutputStream to, String role) {
        to.writeBytes(("{\"n\":" + sequenceNumber + "}").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] metadata() {
        return new byte[0];
    }

    @Override
    public Optional<byte[]> payload(String member) {
        return Optional.empty();
    }
}
