package hearth.pollers.streams;

import hearth.cluster.ShardCheckpoint;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/// Where reading in a shard goes on. For one thread.
final class ShardIterators {
    private static final Logger LOG = System.getLogger(ShardIterators.class.getName());

    private final ShardScope scope;
    private final ShardCheckpoint from;
    private final Position start;
    private final Supplier<String> lastRead;

    private String next = "";
    private boolean asked;
    private boolean trimmed;

    private long ignoredBefore = Long.MIN_VALUE;

    /// @param from where it is read on
    /// @param start where to begin what has no checkpoint of a record
    /// @param lastRead the sequence number of the last record that was read; empty before there is one
    ShardIterators(ShardScope scope, ShardCheckpoint from, Position start, Supplier<String> lastRead) {
        this.scope = scope;
        this.from = from;
        this.start = start;
        this.lastRead = lastRead;
    }

    String next() throws SourceException, InterruptedException {
        if (next.isEmpty()) {
            var shard = scope.shard().id();
            var iterator = scope.stream().iterator(shard, position());
            asked = true;
            if (iterator.isEmpty()) {
                skipToTheOldest();
                iterator = scope.stream().iterator(shard, position());
            }
            next = iterator.orElseThrow(() -> new SourceException("There is no way into " + shard, null));
        }
        return next;
    }

    private Position position() {
        if (trimmed) {
            return new Position.TrimHorizon();
        }
        var read = lastRead.get();
        if (!read.isEmpty()) {
            return new Position.After(read);
        }
        // An iterator of the end would point at another end by now.
        var position = asked && start instanceof Position.Latest
                ? new Position.AtTime(Instant.ofEpochMilli(from.since()))
                : start;
        if (position instanceof Position.AtTime(var time) && !scope.stream().findsTimes()) {
            // Some services know no parts of the second in which a mapping began that begins at the end.
            ignoredBefore = (from.since() > 0 ? time.truncatedTo(ChronoUnit.SECONDS) : time).toEpochMilli();
        }
        return position;
    }

    /// Records from before this time are nobody's: the stream cannot find where it is reached. In milliseconds.
    long ignoredBefore() {
        return ignoredBefore;
    }

    /// @param iterator empty at the end of the shard
    void goOn(String iterator) {
        next = iterator;
        trimmed = false;
    }

    void forget() {
        next = "";
    }

    /// What was to come next is gone.
    void skipToTheOldest() {
        LOG.log(
                Level.WARNING,
                "Records of {0} of mapping {1} are gone before its function ran on them: the stream keeps them no longer",
                scope.shard().id(),
                scope.mapping());
        next = "";
        trimmed = true;
    }
}
