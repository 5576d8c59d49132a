package hearth.pollers.documentdb;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.MongoCursor;
import hearth.model.filter.RecordSource;
import hearth.pollers.PolledMapping;
import hearth.pollers.SourceException;
import hearth.pollers.streams.EventFrame;
import hearth.pollers.streams.Position;
import hearth.pollers.streams.Reading;
import hearth.pollers.streams.Shard;
import hearth.pollers.streams.Stream;
import hearth.pollers.streams.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/// The change stream of a database or of a collection, by MongoDB's client. It has one shard without end. Its resume
/// tokens are the numbers of its records, and its iterators name the one cursor that is open.
///
/// Read by one thread; closed by any, after that has ended.
final class ChangeStream implements Stream {
    private static final String SHARD = "changes";

    /// The code for a position that the cluster keeps no more: ChangeStreamHistoryLost of MongoDB's error codes.
    private static final int LOST = 286;

    /// The codes of tokens that cannot be resumed after, one of which is that of an event that ended its stream.
    private static final int INVALID_TOKEN = 260;

    private final ClusterAccess access;
    private final String arn;
    private @Nullable MongoCursor<RawBsonDocument> cursor;
    private long opened;

    ChangeStream(PolledMapping mapping, DocumentDbServices services) {
        this.access = new ClusterAccess(mapping, services);
        this.arn = mapping.source();
    }

    /// AWS filters none of its events.
    @Override
    public RecordSource kind() {
        return RecordSource.DOCUMENTDB;
    }

    @Override
    public EventFrame frame() {
        return new EventFrame("{\"eventSourceArn\":\"" + arn + "\",\"events\":[", ",\"eventSource\":\"aws:docdb\"}");
    }

    @Override
    public List<Shard> shards() {
        return List.of(new Shard(SHARD, List.of(), "", true));
    }

    @Override
    public Optional<String> iterator(String shard, Position position) throws SourceException, InterruptedException {
        closeCursor();
        try {
            cursor = open(position);
        } catch (MongoException e) {
            // A collection of which nothing came for longer than changes are kept has no later place to go on at.
            if ((position instanceof Position.After || position instanceof Position.AtTime) && isLost(e)) {
                return Optional.empty();
            }
            throw failure(e);
        }
        opened++;
        return Optional.of(Long.toString(opened));
    }

    private MongoCursor<RawBsonDocument> open(Position position) throws SourceException, InterruptedException {
        return switch (position) {
            case Position.Latest() -> access.watch(Start.NOW);
            case Position.AtTime(var time) -> access.watch(new Start.At(time));
            case Position.TrimHorizon() -> oldest();
            case Position.After(var number) -> after(number);
        };
    }

    private MongoCursor<RawBsonDocument> after(String number) throws SourceException, InterruptedException {
        var token = ChangeRecord.token(number);
        try {
            return access.watch(new Start.Resume(token));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != INVALID_TOKEN) {
                throw e;
            }
            return access.watch(new Start.After(token));
        }
    }

    /// No server says which is the oldest change that it keeps; each refuses what is older. So it is looked for by
    /// halves, to a minute.
    private MongoCursor<RawBsonDocument> oldest() throws SourceException, InterruptedException {
        try {
            return access.watch(new Start.At(Instant.ofEpochSecond(1)));
        } catch (MongoCommandException e) {
            if (!isLost(e)) {
                throw e;
            }
        }
        var time = OldestTime.search(Instant.ofEpochSecond(1), access.now(), this::isKept);
        return access.watch(new Start.At(time));
    }

    private boolean isKept(Instant time) throws SourceException, InterruptedException {
        try (var _ = access.watch(new Start.At(time))) {
            return true;
        } catch (MongoCommandException e) {
            if (isLost(e)) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isLost(MongoException e) {
        return e.getCode() == LOST;
    }

    @Override
    public Reading read(String shard, String iterator, int most) throws SourceException, InterruptedException {
        var open = cursor;
        if (open == null || !iterator.equals(Long.toString(opened))) {
            return new Reading.Expired();
        }
        var records = new ArrayList<StreamRecord>();
        try {
            // Waits for the first one; the others have come with it.
            for (var next = open.tryNext();
                    next != null;
                    next = records.size() < most && open.available() > 0 ? open.tryNext() : null) {
                records.add(ChangeRecord.of(next));
            }
            return open.getServerCursor() == null && records.isEmpty()
                    ? new Reading.Expired()
                    : new Reading.Records(records, Optional.of(iterator));
        } catch (MongoException e) {
            closeCursor();
            if (isLost(e)) {
                return new Reading.Trimmed();
            }
            throw failure(e);
        }
    }

    private SourceException failure(MongoException e) throws InterruptedException {
        if (e instanceof MongoInterruptedException || Thread.interrupted()) {
            throw new InterruptedException("a call of the cluster was broken off");
        }
        return ClusterAccess.failure(e);
    }

    private void closeCursor() {
        var open = cursor;
        cursor = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public int most() {
        return 10_000;
    }

    @Override
    public boolean findsTimes() {
        return true;
    }

    @Override
    public Duration gap() {
        return Duration.ZERO;
    }

    /// The cluster itself waits for what is new.
    @Override
    public Duration rest() {
        return Duration.ZERO;
    }

    /// AWS's default, which no setting says.
    @Override
    public Duration window() {
        return Duration.ofMillis(500);
    }

    /// There are no destinations of DocumentDB.
    @Override
    public String batchInfo() {
        return "DocumentDBBatchInfo";
    }

    @Override
    public void close() {
        closeCursor();
        access.close();
    }
}
