package hearth.worker.logs;

/// The last 4 KiB of an invocation's log.
final class LogTail {
    static final int SIZE = 4 << 10;

    private final String requestId;
    private final byte[] ring = new byte[SIZE];
    private long written;

    LogTail(String requestId) {
        this.requestId = requestId;
    }

    String requestId() {
        return requestId;
    }

    void add(byte[] bytes) {
        int from = Math.max(0, bytes.length - SIZE);
        // What falls out at once counts all the same: it moves the end.
        written += from;
        while (from < bytes.length) {
            int at = (int) (written % SIZE);
            int length = Math.min(bytes.length - from, SIZE - at);
            System.arraycopy(bytes, from, ring, at, length);
            from += length;
            written += length;
        }
    }

    byte[] toBytes() {
        int length = (int) Math.min(written, SIZE);
        var tail = new byte[length];
        int start = (int) ((written - length) % SIZE);
        int first = Math.min(length, SIZE - start);
        System.arraycopy(ring, start, tail, 0, first);
        System.arraycopy(ring, 0, tail, first, length - first);
        return tail;
    }
}
