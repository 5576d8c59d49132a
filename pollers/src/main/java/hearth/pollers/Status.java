package hearth.pollers;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.model.EventSourceMappingId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;

/// What a mapping's `LastProcessingResult` says of its poller, and the log with it: what keeps it from its source, else
/// what keeps its function from running, else how it went last. Kept when it changes.
public final class Status {
    private static final Logger LOG = System.getLogger(Status.class.getName());
    private static final String PROBLEM = "PROBLEM: ";

    private final MappingStore mappings;
    private final EventSourceMappingId id;
    private final String what;
    private String shown;
    private String source = "";
    private String function = "";
    private String result;

    Status(MappingStore mappings, MappingRecord mapping) {
        this.mappings = mappings;
        this.id = mapping.id();
        this.what = PolledMapping.of(mapping).toString();
        this.shown = Objects.requireNonNullElse(mapping.configuration().lastProcessingResult(), "");
        this.result = shown.startsWith(PROBLEM) ? "" : shown;
    }

    /// The source cannot be asked.
    public synchronized void sourceFails(String why) {
        source = PROBLEM + why;
        show();
    }

    public synchronized void sourceAnswers() {
        source = "";
        show();
    }

    /// The function cannot run.
    public synchronized void functionCannotRun(String why) {
        function = PROBLEM + why;
        show();
    }

    public synchronized void functionRuns() {
        function = "";
        show();
    }

    /// How it went, as AWS words it for the source.
    public synchronized void went(String words) {
        result = words;
        show();
    }

    private void show() {
        var now = !source.isEmpty() ? source : !function.isEmpty() ? function : result;
        if (now.equals(shown)) {
            return;
        }
        try {
            mappings.update(
                    id,
                    mapping -> Optional.of(mapping.with(mapping.configuration().toBuilder()
                            .lastProcessingResult(now.isEmpty() ? null : now)
                            .build())),
                    (_, _) -> {});
        } catch (StoreException | StoreUnavailableException e) {
            // It is shown with the next change.
            LOG.log(Level.DEBUG, "How mapping " + what + " goes could not be kept", e);
            return;
        }
        if (now.startsWith(PROBLEM)) {
            LOG.log(Level.WARNING, "Event source mapping {0}: {1}", what, now.substring(PROBLEM.length()));
        } else if (shown.startsWith(PROBLEM)) {
            LOG.log(Level.INFO, "Event source mapping {0} works again", what);
        }
        shown = now;
    }
}
