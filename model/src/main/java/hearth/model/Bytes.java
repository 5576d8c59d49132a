package hearth.model;

/// An amount of memory or storage.
public record Bytes(long count) implements Comparable<Bytes> {
    public static Bytes mebibytes(long mebibytes) {
        return new Bytes(mebibytes << 20);
    }

    public long toMebibytes() {
        return count >> 20;
    }

    public Bytes plus(Bytes other) {
        return new Bytes(count + other.count);
    }

    public Bytes minus(Bytes other) {
        return new Bytes(count - other.count);
    }

    @Override
    public int compareTo(Bytes other) {
        return Long.compare(count, other.count);
    }
}
