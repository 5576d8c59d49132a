package hearth.conformance.faults;

import hearth.conformance.faults.Call.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/// One fault under load, from calm to calm.
final class FaultRound {
    /// In which all is to be well again.
    private static final Duration HEALING = Duration.ofSeconds(60);

    private static final int CALM = 60;

    private FaultRound() {}

    /// What came of it.
    ///
    /// @param failed how many calls failed, by how
    /// @param onHost how many of those are known to have begun on the hosts
    /// @param wrong answers of others
    /// @param doubled numbers that ran twice
    /// @param mostAtOnce runs at once of the function that is limited
    /// @param lastFailure how long after the fault the last call began that failed; zero for none after it
    /// @param acknowledged changes and events, before and during it
    /// @param healed whether calls were answered one after the other at the end
    record Result(
            Fault fault,
            List<String> hosts,
            int calls,
            Map<String, Integer> failed,
            int onHost,
            List<Outcome.Wrong> wrong,
            int doubled,
            int mostAtOnce,
            Duration lastFailure,
            Duration slowest,
            Acknowledged.Tally acknowledged,
            boolean healed) {
        int failures() {
            return failed.values().stream().mapToInt(Integer::intValue).sum();
        }

        String line() {
            return "%-45s %s: %d calls, failed %s (%d ran there), wrong %s, doubled %d, at once %d, last failure after %d ms, slowest %d ms, %d changes and %d events acknowledged, %d refused, lost %s%s"
                    .formatted(
                            fault.words(),
                            String.join(", ", hosts),
                            calls,
                            failed,
                            onHost,
                            wrong,
                            doubled,
                            mostAtOnce,
                            lastFailure.toMillis(),
                            slowest.toMillis(),
                            acknowledged.changes(),
                            acknowledged.events(),
                            acknowledged.refused(),
                            acknowledged.lost(),
                            healed ? "" : ", NOT HEALED");
        }
    }

    /// @param lasting for how long the fault lasts
    static Result run(
            ExampleCluster cluster,
            NumberedCalls load,
            Acknowledged acknowledged,
            Runs runs,
            Fault fault,
            Duration lasting,
            RandomGenerator random)
            throws IOException, InterruptedException {
        boolean calm = load.awaitGood(CALM, HEALING);
        var hosts = fault.hosts(cluster, random);
        var addresses = hosts.stream().map(ExampleCluster::address).toList();
        long first = load.next();
        long began = System.nanoTime();
        fault.begin(cluster, hosts);
        var lost = new HashMap<String, Long>();
        if (!fault.isGraceful()) {
            addresses.forEach(address -> lost.put(address, runs.lastHeard(address, System.nanoTime())));
        }
        var passed = Duration.ofNanos(System.nanoTime() - began);
        LockSupport.parkNanos(lasting.minus(passed).toNanos());
        fault.end(cluster, hosts);
        boolean healed = load.awaitGood(CALM, HEALING);
        long last = load.next();
        load.awaitEnds(first, last);
        // Calls that were under way at the fault count too.
        long from = Math.max(1, first - 100);
        var calls = load.between(from, last);
        var failed = new TreeMap<String, Integer>();
        var there = new HashSet<Long>();
        addresses.forEach(address -> there.addAll(runs.on(address)));
        int onHost = 0;
        long lastFailure = began;
        for (var call : calls) {
            if (call.outcome() instanceof Outcome.Failed(var how)) {
                failed.merge(how, 1, Integer::sum);
                onHost += there.contains(call.number()) ? 1 : 0;
                lastFailure = Math.max(lastFailure, call.began());
            }
        }
        return new Result(
                fault,
                hosts,
                calls.size(),
                failed,
                onHost,
                calls.stream()
                        .map(Call::outcome)
                        .filter(Outcome.Wrong.class::isInstance)
                        .map(Outcome.Wrong.class::cast)
                        .toList(),
                runs.doubled(from, last).size(),
                runs.mostAtOnce(Functions.LIMITED, began, lost),
                Duration.ofNanos(lastFailure - began),
                calls.stream()
                        .filter(Call::isGood)
                        .map(Call::took)
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO),
                acknowledged.take(),
                calm && healed);
    }
}
