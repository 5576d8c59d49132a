package hearth.worker.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads the log streams of one group from disk, and goes on reading what is added to them. Needs no server.
public final class LogReader {
    private static final int PIECE = 1 << 20;
    /// A record of 256 KiB in which every byte had to be escaped is shorter than this.
    private static final int LONGEST_LINE = 1 << 20;

    private final LogDirectory directory;
    private final String account;
    private final String region;
    private final String group;
    private final Instant since;
    private final Map<Path, Long> positions = new HashMap<>();

    /// @param since records before it are left out
    public LogReader(LogDirectory directory, String account, String region, String group, Instant since) {
        this.directory = directory;
        this.account = account;
        this.region = region;
        this.group = group;
        this.since = since;
    }

    /// Whether nothing was ever written to the group.
    public boolean isEmpty() {
        return directory.files(account, region, group).isEmpty();
    }

    /// What was added since the last call, of all streams, in the order of time. What one stream says keeps its own
    /// order: a runtime takes the time of a record before it writes it, we that of a line when we read it.
    public List<LogEvent> poll() throws IOException {
        var events = new ArrayList<Placed>();
        var files = directory.files(account, region, group);
        positions.keySet().retainAll(files);
        for (var file : files) {
            long position = positions.getOrDefault(file, 0L);
            long next;
            while ((next = read(file, position, events)) > position) {
                position = next;
            }
            positions.put(file, position);
        }
        events.sort(Comparator.comparing(Placed::after));
        return events.stream().map(Placed::event).toList();
    }

    /// @param after the latest time of its stream until then
    private record Placed(LogEvent event, Instant after) {
        static Placed behind(List<Placed> others, LogEvent event) {
            var last = others.isEmpty() ? null : others.getLast();
            return last == null || !last.event.stream().equals(event.stream()) || last.after.isBefore(event.timestamp())
                    ? new Placed(event, event.timestamp())
                    : new Placed(event, last.after);
        }
    }

    /// Hands on what there is and what comes, until the thread is interrupted.
    public void follow(Duration interval, Consumer<LogEvent> events) throws IOException, InterruptedException {
        while (true) {
            poll().forEach(events);
            Thread.sleep(interval);
        }
    }

    /// @return the end of the last whole line that was read
    private long read(Path file, long position, List<Placed> events) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var piece = ByteBuffer.allocate((int) Math.min(PIECE, Math.max(0, channel.size() - position)));
            while (piece.hasRemaining() && channel.read(piece, position + piece.position()) > 0) {
                // Reads until the piece is full or the file ends.
            }
            return position + parse(piece.array(), piece.position(), LogDirectory.stream(file), events);
        } catch (NoSuchFileException e) {
            return position;
        }
    }

    private int parse(byte[] bytes, int length, String stream, List<Placed> events) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                event(new String(bytes, start, i - start, StandardCharsets.UTF_8), stream)
                        .ifPresent(event -> events.add(Placed.behind(events, event)));
                start = i + 1;
            }
        }
        // What is no log at all must not hold up the reader for ever.
        return start == 0 && length >= LONGEST_LINE ? length : start;
    }

    private Optional<LogEvent> event(String line, String stream) {
        return LogLine.read(line, stream).filter(event -> !event.timestamp().isBefore(since));
    }
}
