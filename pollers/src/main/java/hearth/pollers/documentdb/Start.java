package hearth.pollers.documentdb;

import java.time.Instant;
import org.bson.BsonDocument;

/// Where a cursor begins.
sealed interface Start {
    Start NOW = new Now();

    record Now() implements Start {}

    record At(Instant time) implements Start {}

    record Resume(BsonDocument token) implements Start {}

    /// Also after an event that ended its stream: `invalidate`.
    record After(BsonDocument token) implements Start {}
}
