package hearth.pollers.streams;

import hearth.model.filter.SourceRecord;
import java.io.ByteArrayOutputStream;
import java.time.Instant;

/// A record of a shard.
public interface StreamRecord extends SourceRecord {
    /// Grows along the shard. A number of many digits.
    String sequenceNumber();

    /// Records of one key are worked on in their order.
    String key();

    Instant arrival();

    /// What the record adds to an event at most, in bytes.
    int size();

    /// Writes the member of `Records`.
    ///
    /// @param role of the function
    void write(ByteArrayOutputStream to, String role);
}
