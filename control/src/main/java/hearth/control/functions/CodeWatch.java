package hearth.control.functions;

import hearth.cluster.BlobStore;
import hearth.cluster.Change;
import hearth.cluster.FunctionStore;
import hearth.cluster.ReferringVersion;
import hearth.control.code.ReferredPackages;
import hearth.control.code.ReferredPackages.Problem;
import hearth.control.operation.RevisionIds;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Looks from time to time for the code that stays in S3. A version whose code is gone there, or is closed to us,
/// becomes `Inactive`; that S3 does not answer changes nothing.
final class CodeWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CodeWatch.class.getName());

    /// The time for which an object may be gone before anybody is told.
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final FunctionStore functions;
    private final BlobStore blobs;
    private final ReferredPackages referred;
    private final RevisionIds revisionIds;
    private final AtomicBoolean hurried = new AtomicBoolean();
    private final ScheduledExecutorService rounds = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("code-watch").daemon().factory());

    CodeWatch(FunctionStore functions, BlobStore blobs, ReferredPackages referred, RevisionIds revisionIds) {
        this.functions = functions;
        this.blobs = blobs;
        this.referred = referred;
        this.revisionIds = revisionIds;
    }

    void begin() {
        var _ = rounds.scheduleWithFixedDelay(this::look, INTERVAL.toSeconds(), INTERVAL.toSeconds(), TimeUnit.SECONDS);
    }

    /// Looks soon: someone has met code that is not there. However many meet it, there is one look more.
    void hurry() {
        if (!rounds.isShutdown() && hurried.compareAndSet(false, true)) {
            rounds.execute(this::look);
        }
    }

    private void look() {
        hurried.set(false);
        try {
            var problems = new HashMap<CodeDigest, Optional<Problem>>();
            for (var version : blobs.referring()) {
                check(version, problems);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Code that stays in S3 could not be looked for", e);
        }
    }

    private void check(ReferringVersion version, Map<CodeDigest, Optional<Problem>> problems) {
        problems.computeIfAbsent(version.reference(), referred::problem)
                .filter(Problem::lasting)
                .ifPresent(problem -> end(version, problem));
    }

    private void end(ReferringVersion version, Problem problem) {
        var function = version.function();
        var reason = "The deployment package could not be read from S3. S3 Error Code: " + problem.code()
                + ". S3 Error Message: " + problem.message();
        LOG.log(Level.WARNING, "{0}:{1} is inactive now. {2}", function, version.qualifier(), reason);
        if (version.qualifier().equals(FunctionId.LATEST)) {
            functions.update(function, before -> {
                var latest = before.latest();
                boolean same = latest.code().equals(version.reference()) && Lifecycle.isActive(latest.configuration());
                return Change.to(
                        same
                                ? before.withLatest(latest.with(
                                        Lifecycle.inactive(latest.configuration(), reason, revisionIds.next())))
                                : before);
            });
        } else {
            functions.updateVersion(
                    function,
                    Long.parseLong(version.qualifier()),
                    before -> Lifecycle.isActive(before.configuration())
                            ? before.with(Lifecycle.inactive(before.configuration(), reason, revisionIds.next()))
                            : before);
        }
    }

    @Override
    public void close() {
        rounds.shutdownNow();
    }
}
