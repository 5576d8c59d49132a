package hearth.invoke.shards;

import hearth.model.FunctionId;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Sent;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What each worker told last of the invocations that it runs, and who sent them.
final class Tellings {
    /// A worker that has told nothing for so long is lost, and so is what it ran: its callers were told so.
    static final Duration LOST = Duration.ofSeconds(5);

    private final LongSupplier nanos;
    private final Map<WorkerId, Telling> last = new ConcurrentHashMap<>();

    /// @param tells whether the worker is one that tells it: of a release before, it may run anything
    private record Telling(long at, boolean tells, List<Sent> sent) {}

    /// @param nanos a clock that nobody sets
    Tellings(LongSupplier nanos) {
        this.nanos = nanos;
    }

    void told(WorkerId worker, Report report) {
        last.put(worker, new Telling(nanos.getAsLong(), report.tellsSent(), report.sent()));
    }

    /// Nothing runs of what a member sent, unless it is told again.
    void forget(MemberId by) {
        last.replaceAll((_, telling) -> new Telling(
                telling.at(),
                telling.tells(),
                telling.sent().stream().filter(sent -> !sent.by().equals(by)).toList()));
    }

    /// The members of which something runs, or something that they know no more.
    ///
    /// @param known whether the members know of what they sent last
    Stream<MemberId> senders(Predicate<MemberId> known) {
        return all().filter(sent -> sent.former() || !known.test(sent.by())).map(Sent::by);
    }

    private Stream<Sent> all() {
        return last.values().stream().flatMap(telling -> telling.sent().stream());
    }

    /// Whether each worker that is there has told since a moment; not while none is there.
    ///
    /// @param wereComplete whether they were before: a worker that tells nothing has come since, and runs
    ///     nothing of those that had departed
    boolean areComplete(long since, boolean wereComplete) {
        long now = nanos.getAsLong();
        last.values().removeIf(telling -> now - telling.at() >= LOST.toNanos());
        return !last.isEmpty()
                && last.values().stream()
                        .allMatch(telling -> telling.at() - since > 0 && (telling.tells() || wereComplete));
    }

    /// How much runs, by function, of what a member sent and does not know.
    ///
    /// @param known whether it knows of what it sent last
    Map<FunctionId, Integer> running(MemberId by, boolean known) {
        var running = new HashMap<FunctionId, Integer>();
        all().filter(sent -> sent.by().equals(by) && (sent.former() || !known))
                .forEach(sent -> running.merge(sent.function(), sent.running(), Integer::sum));
        return running;
    }
}
