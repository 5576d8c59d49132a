package hearth.cluster;

import hearth.model.CodeDigest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// A bucket in memory, which may be away, and may give out other bytes than it took.
final class MemoryBucket implements Bucket {
    private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private final Map<String, Duration> ages = new ConcurrentSkipListMap<>();

    /// How often something was put, and how often it was asked for.
    final AtomicInteger puts = new AtomicInteger();

    final AtomicInteger gets = new AtomicInteger();

    volatile boolean away;

    /// What becomes of content on its way.
    volatile UnaryOperator<byte[]> way = UnaryOperator.identity();

    void put(String key, byte[] content, Duration age) {
        objects.put(key, content);
        ages.put(key, age);
    }

    List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    boolean holds(CodeDigest digest) {
        return objects.keySet().stream().anyMatch(key -> key.contains(digest.hex()));
    }

    private void answer() throws IOException {
        if (away) {
            throw new IOException("it does not answer");
        }
    }

    @Override
    public void put(String key, CodeDigest digest, PackageContent content) throws IOException {
        answer();
        puts.incrementAndGet();
        try (var bytes = content.open()) {
            put(key, bytes.readAllBytes(), Duration.ZERO);
        }
    }

    @Override
    public boolean holds(String key, long size) throws IOException {
        answer();
        var found = objects.get(key);
        return found != null && found.length == size;
    }

    @Override
    public Optional<InputStream> open(String key) throws IOException {
        answer();
        gets.incrementAndGet();
        return Optional.ofNullable(objects.get(key)).map(way).map(ByteArrayInputStream::new);
    }

    @Override
    public void delete(String key) throws IOException {
        answer();
        objects.remove(key);
    }

    @Override
    public void forEach(String prefix, Visitor visitor) throws IOException {
        answer();
        for (var key : keys()) {
            if (key.startsWith(prefix)) {
                visitor.visit(key, ages.getOrDefault(key, Duration.ZERO));
            }
        }
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "s3://memory";
    }
}
