package hearth.server.records;

import hearth.server.http.RequestSubject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/// The audit log: a line for each operation that an authenticated caller asked of the control plane, in `audit.log`
/// of the data folder: written before the caller is answered, so that what was done is on record.
public final class AuditLog implements AutoCloseable {
    public static final String NAME = "audit.log";

    private final InstantSource clock;
    private final RotatingFile file;

    public AuditLog(Path data, RecordsConfig config, InstantSource clock) {
        this.clock = clock;
        this.file = new RotatingFile(data.resolve(NAME), config.fileSize().count(), config.files());
    }

    /// May block.
    ///
    /// @param result how it ended
    public void record(RequestSubject subject, Result result) {
        var lines = new Lines();
        lines.add(clock.millis(), line -> {
            line.field("requestId", result.requestId());
            line.field("remote", result.remote());
            line.field("account", subject.account());
            line.field("accessKey", subject.accessKey());
            line.field("region", subject.region());
            line.field("operation", subject.operation());
            line.field("resource", subject.resource());
            line.field("status", result.status());
            line.field("error", result.error());
            line.millis("ms", result.nanos());
        });
        file.append(lines.take(), 1);
    }

    /// The end of an operation.
    ///
    /// @param error its wire name; empty for success
    /// @param nanos how long it took, from the request's head on
    public record Result(String requestId, String remote, int status, String error, long nanos) {}

    @Override
    public void close() throws IOException {
        file.close();
    }
}
