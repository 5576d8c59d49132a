package hearth.pollers.documentdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

class ChangeRecordTest {
    /// The members of AWS's example ("Using AWS Lambda with Amazon DocumentDB").
    private static final String CHANGE = """
            {"_id": {"_data": "0163eeb6e7000000090100000009000041e1"}, \
            "clusterTime": {"$timestamp": {"t": 1676588775, "i": 9}}, \
            "documentKey": {"_id": {"$oid": "63eeb6e7d418cd98afb1c1d7"}}, \
            "fullDocument": {"_id": {"$oid": "63eeb6e7d418cd98afb1c1d7"}, "n": 7, "price": 1.5, "large": 5000000000}, \
            "ns": {"db": "test_database", "coll": "test_collection"}, \
            "operationType": "insert"}""";

    @Test
    void isWhatTheClusterSaidOfAChange() {
        var record = ChangeRecord.of(RawBsonDocument.parse(CHANGE));

        var written = new ByteArrayOutputStream();
        record.write(written, "role");
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("{\"event\":" + CHANGE + "}");
        assertThat(record.size()).isEqualTo(written.size() + 1);
        assertThat(record.arrival()).isEqualTo(Instant.ofEpochSecond(1_676_588_775));
    }

    @Test
    void isResumedAfterByItsNumber() {
        var change = RawBsonDocument.parse(CHANGE);

        assertThat(ChangeRecord.token(ChangeRecord.of(change).sequenceNumber())).isEqualTo(change.getDocument("_id"));
    }
}
