package hearth.server.records;

import hearth.server.http.AnsweredRequest;
import hearth.server.http.RequestSubject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/// The records of requests, as far as the configuration wants them.
public record Records(Optional<AccessLog> access, Optional<AuditLog> audit) implements AutoCloseable {
    public static final Records NONE = new Records(Optional.empty(), Optional.empty());

    public static Records start(Path data, RecordsConfig config, InstantSource clock) {
        return new Records(
                config.access() ? Optional.of(AccessLog.start(data, config, clock)) : Optional.empty(),
                config.audit() ? Optional.of(new AuditLog(data, config, clock)) : Optional.empty());
    }

    /// A request has come to its end. Called on event loops.
    public void answered(AnsweredRequest request) {
        if (access.isPresent()) {
            access.get().answered(request);
        }
    }

    /// The control plane has done what it was asked, or refused it, and the caller does not know yet. May block.
    public void asked(RequestSubject subject, AuditLog.Result result) {
        if (audit.isPresent()) {
            audit.get().record(subject, result);
        }
    }

    @Override
    public void close() throws IOException {
        if (access.isPresent()) {
            access.get().close();
        }
        if (audit.isPresent()) {
            audit.get().close();
        }
    }
}
