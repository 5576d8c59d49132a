package hearth.pollers.streams;

import hearth.model.filter.RecordSource;
import hearth.pollers.SourceException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A stream, by its service's client. Its methods wait.
public interface Stream extends AutoCloseable {
    RecordSource kind();

    /// All shards that there are.
    List<Shard> shards() throws SourceException, InterruptedException;

    /// @return empty when what the position names is gone
    Optional<String> iterator(String shard, Position position) throws SourceException, InterruptedException;

    /// @param most records
    Reading read(String shard, String iterator, int most) throws SourceException, InterruptedException;

    /// What one read returns at most.
    int most();

    /// Whether the service finds records by their time. Where not, `AtTime` is the trim horizon.
    boolean findsTimes();

    /// How long to wait after a read that brought something.
    Duration gap();

    /// How long to wait after a read that brought nothing, at least.
    Duration rest();

    /// Whether a read waits for what comes, and so needs no rest after it.
    default boolean waits() {
        return false;
    }

    /// What whoever looks at the mapping is to know beside how it goes; empty for nothing.
    default String remark() {
        return "";
    }

    /// How long a batch is gathered where the mapping does not say.
    default Duration window() {
        return Duration.ZERO;
    }

    default EventFrame frame() {
        return EventFrame.RECORDS;
    }

    /// Ends what it has open. To be called once nobody reads it; throws nothing.
    @Override
    default void close() {}

    /// The member of a failure's record that says what failed.
    String batchInfo();
}
