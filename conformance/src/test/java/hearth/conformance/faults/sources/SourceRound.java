package hearth.conformance.faults.sources;

import hearth.conformance.faults.sources.Message.Kind;
import hearth.conformance.faults.sources.SourceFault.Befalls;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// One fault while messages are sent, from its beginning until all that was sent has come to where it belongs.
final class SourceRound {
    static final int MESSAGES = 160;
    private static final int PER_SECOND = 40;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final FaultySource source;
    private final Servers servers;
    private final MappedFunction function;
    private final Recorder recorder;
    private final Sending sending;
    private final SplittableRandom random;
    private final Set<Message> givenUp = new HashSet<>();

    SourceRound(
            FaultySource source,
            Servers servers,
            MappedFunction function,
            Recorder recorder,
            Sending sending,
            SplittableRandom random) {
        this.source = source;
        this.servers = servers;
        this.function = function;
        this.recorder = recorder;
        this.sending = sending;
        this.random = random;
    }

    /// What came of it.
    ///
    /// @param sent without poison
    /// @param delivered of these
    /// @param overtaken by one of their key that was sent later
    /// @param repeated run on more than once
    /// @param poison what was sent to be given up
    /// @param givenUp of that
    /// @param others that were given up and should not have been
    /// @param healed how long after the last message was sent all was well
    record Result(
            String source,
            SourceFault fault,
            int sent,
            int delivered,
            int overtaken,
            int repeated,
            int poison,
            int givenUp,
            List<Message> others,
            Duration healed) {
        int lost() {
            return sent - delivered + poison - givenUp;
        }

        boolean isGood() {
            return lost() == 0 && overtaken == 0 && others.isEmpty();
        }

        String line() {
            return "%-20s %-55s: %d sent, %d delivered, %d lost, %d overtaken, %d repeated; %d poison, %d given up, others %s; well after %d ms%s"
                    .formatted(
                            source,
                            fault.words(),
                            sent,
                            delivered,
                            lost(),
                            overtaken,
                            repeated,
                            poison,
                            givenUp,
                            others,
                            healed.toMillis(),
                            isGood() ? "" : " WRONG");
        }
    }

    /// @param lasting for how long the fault lasts at most
    Result run(SourceFault fault, Duration lasting) throws Exception {
        var before = servers.polled();
        var sent = begin(() -> sending.send(MESSAGES, PER_SECOND));
        pause(random.nextInt(500, 3_000));
        befall(fault, before, Duration.ofMillis(random.nextLong(500, lasting.toMillis())));
        var messages = sent.get();
        long begin = System.nanoTime();
        var poison = messages.stream()
                .filter(message -> message.kind() == Kind.POISON)
                .collect(Collectors.toSet());
        var others = messages.stream()
                .filter(message -> message.kind() != Kind.POISON)
                .toList();
        await(() -> recorder.hasAll(others));
        await(() -> {
            takeGivenUp();
            return givenUp.containsAll(poison);
        });
        var healed = Duration.ofNanos(System.nanoTime() - begin);
        return new Result(
                source.name(),
                fault,
                others.size(),
                recorder.countOf(others),
                source.isOrdered() ? recorder.overtakenOf(others) : 0,
                recorder.repeatedOf(others),
                poison.size(),
                (int) poison.stream().filter(givenUp::contains).count(),
                givenUp.stream()
                        .filter(message -> message.kind() != Kind.POISON)
                        .filter(messages::contains)
                        .toList(),
                healed);
    }

    private void takeGivenUp() {
        try {
            givenUp.addAll(source.givenUp());
        } catch (Exception e) {
            System.err.println("What was given up is asked for again: " + e);
            pause(500);
        }
    }

    private void befall(SourceFault fault, List<Double> polledBefore, Duration lasting) throws Exception {
        int server = fault.befalls() == Befalls.MEMBERS ? servers.poller(polledBefore) : 0;
        switch (fault) {
            case SERVER_KILLED -> {
                servers.kill(server);
                servers.startAgain(server);
            }
            case SERVER_STOPPED -> {
                servers.stop(server);
                servers.startAgain(server);
            }
            case POLLER_KILLED -> {
                servers.kill(server);
                pause(lasting.toMillis());
                servers.startAgain(server);
            }
            case POLLER_SILENT -> {
                Signals.stop(servers.process(server));
                pause(lasting.toMillis());
                Signals.goOn(servers.process(server));
            }
            case BOTH_KILLED -> {
                source.begin(fault);
                servers.kill(server);
                servers.startAgain(server);
                source.end(fault);
            }
            case MAPPING_CHANGED -> function.change();
            case FUNCTION_THROTTLED -> function.throttle(lasting);
            default -> {
                source.begin(fault);
                pause(lasting.toMillis());
                source.end(fault);
            }
        }
    }

    private static <T> FutureTask<T> begin(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name("sending").start(task);
        return task;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - deadline < 0) {
            pause(20);
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    }
}
