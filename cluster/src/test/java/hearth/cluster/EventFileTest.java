package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.FunctionId;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What holds for events in a file alone.
class EventFileTest {
    private static final FunctionId MAIL = Samples.id("mail");
    static final EventRecord EARLY = EventRecord.accepted(
            MAIL,
            "$LATEST",
            new Invocation(
                    "early",
                    MAIL.arn(),
                    "{}".getBytes(StandardCharsets.UTF_8),
                    null,
                    null,
                    "Root=1-2-3",
                    Instant.ofEpochMilli(0),
                    false,
                    false),
            10);

    @TempDir
    private Path folder;

    @Test
    void reportsABacklogWithoutReadingItsEvents() throws Exception {
        try (var store = EventStore.open(folder)) {
            store.accept(EARLY).join();
        }

        try (var session = EmbeddedDatabase.openToRead(folder.resolve(EventStore.FILE));
                var plan = session.prepare("EXPLAIN QUERY PLAN " + EventsReport.EVENTS)
                        .executeQuery()) {
            assertThat(plan.next()).isTrue();
            assertThat(plan.getString("detail")).contains("COVERING INDEX");
            assertThat(plan.next()).isFalse();
        }
    }

    @Test
    void keepsTheEventsOfEarlierVersions() throws Exception {
        var earlier = folder.resolve("earlier");
        Files.createDirectory(earlier);
        var first = new Schema("events", "migrations-of-events", List.of("V1__events.sql"));
        try (var database = EmbeddedDatabase.open(earlier.resolve(EventStore.FILE), first, "writer")) {
            database.submit(session -> {
                        EventTable.insert(session, EARLY);
                        return EARLY;
                    })
                    .join();
        }

        try (var later = EventStore.open(earlier)) {
            assertThat(later.due(MAIL, 10, Set.of(), 10, 1 << 20))
                    .singleElement()
                    .satisfies(kept -> assertThat(kept.invocation().requestId()).isEqualTo("early"));
        }
    }
}
