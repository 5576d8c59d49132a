package hearth.pollers;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.model.EventSourceMappingId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/// What a mapping's `LastProcessingResult` says of its poller, and the log with it: what keeps it from its source, else
/// what keeps its function from running, else how it went last. Kept when it changes.
public final class Status {
    private static final Logger LOG = System.getLogger(Status.class.getName());
    private static final String PROBLEM = "PROBLEM: ";

    /// Between how it went and what there is to know beside it.
    private static final String REMARK = ". ";

    /// What is kept of words, which others chose.
    private static final int LONGEST = 1_000;

    /// After how long without a change the next one is kept at once again.
    private static final Duration CALM = Duration.ofMinutes(1);

    private final MappingStore mappings;
    private final EventSourceMappingId id;
    private final String what;
    private String shown;
    private String source = "";
    private String function = "";
    private String result;
    private String remark = "";

    /// A source that now answers and now does not must not have each of its answers written to the store.
    private final Pause pause = new Pause();

    private long tried;
    private Duration wait = Duration.ZERO;
    private boolean isWaiting;

    Status(MappingStore mappings, MappingRecord mapping) {
        this.mappings = mappings;
        this.id = mapping.id();
        this.what = PolledMapping.of(mapping).toString();
        this.shown = shownBy(mapping);
        this.result = shown.startsWith(PROBLEM) ? "" : unremarked(shown);
    }

    private static String shownBy(MappingRecord mapping) {
        return Objects.requireNonNullElse(mapping.configuration().lastProcessingResult(), "");
    }

    /// What the store has now: whoever polled the mapping before may have said his last word after this one began. What
    /// is to be there in its place is written with the next word.
    synchronized void shows(MappingRecord mapping) {
        shown = shownBy(mapping);
    }

    /// The source cannot be asked.
    public synchronized void sourceFails(String why) {
        source = problem(why);
        show();
    }

    public synchronized void sourceAnswers() {
        source = "";
        show();
    }

    /// The function cannot run.
    public synchronized void functionCannotRun(String why) {
        function = problem(why);
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

    /// What there is to know of the source as long as it can be asked; empty for nothing.
    public synchronized void remarks(String words) {
        if (!remark.equals(words)) {
            remark = words;
            show();
        }
    }

    private static String problem(String why) {
        var line = why.replaceAll("\\p{Cntrl}+", " ");
        return PROBLEM + (line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
    }

    /// When it is too early, what there is to show by then is shown later.
    private boolean isTime() {
        long now = System.nanoTime();
        var since = Duration.ofNanos(now - tried);
        if (since.compareTo(wait) < 0) {
            if (!isWaiting) {
                isWaiting = true;
                Thread.ofVirtual().name("status of " + what).start(() -> showAfter(wait.minus(since)));
            }
            return false;
        }
        if (since.compareTo(CALM) > 0) {
            pause.reset();
        }
        tried = now;
        wait = pause.next();
        return true;
    }

    private void showAfter(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            isWaiting = false;
            show();
        }
    }

    private static String unremarked(String words) {
        int end = words.indexOf(REMARK);
        return end < 0 ? words : words.substring(0, end);
    }

    private String remarked(String words) {
        return remark.isEmpty() || words.startsWith(PROBLEM) ? words : words + REMARK + remark;
    }

    private void show() {
        var now = !source.isEmpty() ? source : !function.isEmpty() ? function : remarked(result);
        if (now.equals(shown) || !isTime()) {
            return;
        }
        try {
            mappings.update(
                    id,
                    mapping -> Optional.of(mapping.with(mapping.configuration().toBuilder()
                            .lastProcessingResult(now.isEmpty() ? null : now)
                            .build())),
                    (_, _) -> {});
        } catch (RuntimeException e) {
            // No reason to poll no more. It is shown with the next word.
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
