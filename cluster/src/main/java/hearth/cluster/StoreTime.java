package hearth.cluster;

import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/// The time that all servers of a store agree on, whatever their own clocks say: that of the database, in seconds.
@FunctionalInterface
interface StoreTime {
    /// As engines write it: SQLite in UTC and without an offset, PostgreSQL with fractions and the session's offset.
    Pattern WRITTEN =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d)(?:\\.\\d+)?([+-]\\d\\d(?::?\\d\\d)?)?");

    DateTimeFormatter DATE_AND_TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    long now(Session session) throws SQLException;

    /// Asks the engine.
    static long ofDatabase(Session session) throws SQLException {
        try (var rows =
                session.prepare("SELECT CAST(CURRENT_TIMESTAMP AS VARCHAR(40))").executeQuery()) {
            rows.next();
            return seconds(rows.getString(1));
        }
    }

    static long seconds(String written) {
        var parts = WRITTEN.matcher(written);
        if (!parts.matches()) {
            throw new IllegalStateException("The database tells the time in a way that is not known here: " + written);
        }
        var offset = parts.group(3) == null ? ZoneOffset.UTC : ZoneOffset.of(parts.group(3));
        return LocalDateTime.parse(parts.group(1) + " " + parts.group(2), DATE_AND_TIME)
                .toEpochSecond(offset);
    }
}
