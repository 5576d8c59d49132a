package hearth.conformance.faults.sources;

import hearth.conformance.faults.sources.SourceFault.Befalls;
import hearth.conformance.faults.sources.SourceRound.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Faults done to event sources and to whoever polls them while messages are sent, one after the other, in an order
/// that a seed draws; and a count of what became of each message. By hand, with the class path of this module's tests:
///
/// ```
/// java -cp … hearth.conformance.faults.sources.SourceFaults [members] [SOURCE...] [FAULT...]
///   -Dhearth.faults.rounds=2 -Dhearth.faults.seed=… -Dhearth.faults.lasting=8
/// ```
final class SourceFaults {
    private enum Kind {
        SQS,
        FIFO,
        KINESIS,
        KAFKA,
        SHARE,
        RABBITMQ;

        FaultySource start(Path folder, SplittableRandom random) throws Exception {
            return switch (this) {
                case SQS -> new QueueSource(false);
                case FIFO -> new QueueSource(true);
                case KINESIS -> new StreamSource(random);
                case KAFKA -> new TopicSource(false);
                case SHARE -> new TopicSource(true);
                case RABBITMQ -> new BrokerSource(folder);
            };
        }
    }

    /// @param members whether two servers share a store; the faults are those of members then
    /// @param rounds of each fault
    /// @param lasting for how long a fault lasts at most
    private record Plan(boolean members, Set<SourceFault> faults, int rounds, Duration lasting, long seed) {}

    private SourceFaults() {}

    public static void main(String[] words) throws Exception {
        var given = List.of(words);
        var plan = new Plan(
                given.contains("members"),
                EnumSet.copyOf(named(given, SourceFault.values())),
                Integer.getInteger("hearth.faults.rounds", 1),
                Duration.ofSeconds(Integer.getInteger("hearth.faults.lasting", 8)),
                Long.getLong("hearth.faults.seed", System.nanoTime()));
        System.out.println("-Dhearth.faults.seed=" + plan.seed);
        var folder = Path.of(System.getProperty("hearth.faults.folder", "/tmp/hearth-source-faults"));
        var results = new ArrayList<Result>();
        for (var kind : named(given, Kind.values())) {
            results.addAll(run(kind, folder.resolve(kind + "-" + plan.seed), plan));
        }
        System.out.println(SourceReport.table(results));
        System.exit(results.stream().allMatch(Result::isGood) ? 0 : 1);
    }

    /// Those of all that have a name among the words; all where none has.
    private static <T extends Enum<T>> List<T> named(List<String> words, T[] all) {
        var named =
                Arrays.stream(all).filter(each -> words.contains(each.name())).toList();
        return named.isEmpty() ? List.of(all) : named;
    }

    /// @param folder of the servers, which is not there yet
    private static List<Result> run(Kind kind, Path folder, Plan plan) throws Exception {
        var random = new SplittableRandom(plan.seed ^ kind.name().hashCode());
        var results = new ArrayList<Result>();
        try (var recorder = Recorder.start();
                var source = kind.start(folder, random.split())) {
            var options = Stream.concat(source.options().stream(), Stream.of("--endpoint", "sns=" + recorder.url()))
                    .toList();
            try (var servers = plan.members ? Servers.two(folder, options) : Servers.one(folder, options)) {
                var function = MappedFunction.make(servers, source);
                var round = new SourceRound(
                        source, servers, function, recorder, new Sending(source, random.split()), random.split());
                for (var fault : inOrder(source, plan, random)) {
                    var result = round.run(fault, plan.lasting);
                    System.out.println(result.line());
                    results.add(result);
                    if (!result.isGood()) {
                        System.out.println(function.state() + "\n" + servers.output());
                    }
                }
            }
        }
        return results;
    }

    private static List<SourceFault> inOrder(FaultySource source, Plan plan, SplittableRandom random) {
        var all = new ArrayList<SourceFault>();
        for (int i = 0; i < plan.rounds; i++) {
            plan.faults.stream()
                    .filter(fault -> plan.members == (fault.befalls() == Befalls.MEMBERS))
                    .filter(fault -> fault.isOfAll() || source.faults().contains(fault))
                    .forEach(all::add);
        }
        for (int i = all.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            all.set(i, all.set(other, all.get(i)));
        }
        return all;
    }
}
