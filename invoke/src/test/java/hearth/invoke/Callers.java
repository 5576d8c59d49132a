package hearth.invoke;

import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Those who invoke in a simulation: each is to get one outcome, in time, and with its own payload if it is answered.
final class Callers {
    private static final List<String> NAMES = List.of("mail", "search", "orders");

    private final ManualClock clock;
    private final Random random;
    private final Duration longest;
    private final Map<String, Caller> callers = new HashMap<>();
    private final Map<String, Integer> runs = new HashMap<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();

    /// @param longest that any of them may wait
    Callers(ManualClock clock, Random random, Duration longest) {
        this.clock = clock;
        this.random = random;
        this.longest = longest;
    }

    /// One more invokes any of the functions.
    void invoke(Dispatch frontend) {
        var id = "request-" + callers.size();
        var caller = new Caller(id, frontend, clock.instant());
        callers.put(id, caller);
        var version = Functions.latest(NAMES.get(random.nextInt(NAMES.size())), 1);
        var payload = id.getBytes(StandardCharsets.UTF_8);
        var invocation = new Invocation(
                id, version.function().arn(), payload, null, null, "Root=1", clock.instant(), false, false);
        frontend.run(version, invocation, Dispatch.AMPLE_PATIENCE, caller);
    }

    static List<String> functions() {
        return NAMES;
    }

    /// A worker has begun to run it.
    ///
    /// @return how often it was begun, this time counted
    int ran(Invocation invocation) {
        check(callers.containsKey(invocation.requestId()), "Nobody asked for this");
        return runs.merge(invocation.requestId(), 1, Integer::sum);
    }

    /// The process of a frontend is no more: nobody hears of what it had in hand.
    void forget(Dispatch frontend) {
        for (var caller : new ArrayList<>(callers.values())) {
            if (caller.frontend == frontend && caller.outcomes == 0) {
                caller.isForgotten = true;
            }
        }
    }

    /// Each has had its outcome.
    void check() {
        callers.forEach((id, caller) ->
                check(caller.isForgotten || caller.outcomes == 1, id + " had " + caller.outcomes + " outcomes"));
    }

    /// How often each kind was had.
    Map<String, Integer> outcomes() {
        return outcomes;
    }

    static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private final class Caller implements DispatchListener {
        private final String id;
        private final Dispatch frontend;
        private final Instant since;
        private int outcomes;
        private boolean isForgotten;

        Caller(String id, Dispatch frontend, Instant since) {
            this.id = id;
            this.frontend = frontend;
            this.since = since;
        }

        @Override
        public void ended(DispatchOutcome outcome) {
            outcomes++;
            check(outcomes == 1, id + " had two outcomes");
            check(Duration.between(since, clock.instant()).compareTo(longest) <= 0, id + " waited too long");
            var kind = outcome.getClass().getSimpleName();
            if (outcome instanceof DispatchOutcome.Answered(var payload, var _, var _)) {
                check(new String(payload, StandardCharsets.UTF_8).equals(id), "Answered to another caller");
            } else if (outcome instanceof DispatchOutcome.Unavailable(var reason)) {
                kind = reason.name();
            }
            Callers.this.outcomes.merge(kind, 1, Integer::sum);
        }
    }
}
