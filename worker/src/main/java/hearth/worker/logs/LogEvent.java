package hearth.worker.logs;

import java.time.Instant;

/// One record of a log stream, as CloudWatch Logs would have it.
///
/// @param message exact: most end in a line break, some records of several lines do not
public record LogEvent(Instant timestamp, String stream, String message) {}
