package hearth.invoke.workermanager;

import hearth.model.worker.ProcessorSample;
import java.time.Duration;
import java.time.Instant;

/// How many invocations of a function are worth running at once, by the share of their time that they are on a
/// processor. Guarded as the EnvironmentTable is.
///
/// Where that is nearly all, more than there are processors only take each other's processor caches, and
/// whoever waits is served sooner by those that are hot. Where it is little, the function waits for something
/// else, and how many run at once is nobody's concern but its callers'.
///
/// What is measured while many compete is blurred: a thread that is kept from a processor between two
/// invocations looks like one that computes. So a limit is a trial. What is measured under it, when few compete,
/// says whether it stays; once it was lifted, what is measured without it is not believed for some time.
final class Parallelism {
    static final int UNLIMITED = Integer.MAX_VALUE;

    /// From this share on a function is tried with few at once.
    private static final double PROCESSOR_BOUND = 0.4;

    /// Below this share, under a limit, it counts as one that waits for something else.
    private static final double WAITS = 0.25;

    /// The weight of a new sample beside what was known.
    private static final double NEWS = 1.0 / 8;

    /// How long after a change samples may still tell of what was before.
    private static final Duration SETTLING = Duration.ofMillis(300);

    /// How long what is measured without a limit is not believed after one was lifted; twice as long each time.
    private static final Duration FIRST_DOUBT = Duration.ofSeconds(20);

    private static final Duration LONGEST_DOUBT = Duration.ofMinutes(10);

    private final double allowance;
    private double share;
    private boolean known;
    private boolean limited;
    private Instant deafUntil = Instant.MIN;
    private Duration doubt = FIRST_DOUBT;

    /// @param allowance how much of a processor each environment may use at most, by its function's memory
    Parallelism(double allowance) {
        if (!(allowance > 0)) {
            throw new IllegalArgumentException("An environment may use something of a processor, not " + allowance);
        }
        this.allowance = Math.min(1, allowance);
    }

    /// Each sample counts alike, however long it took: one that a pause of the machine has stretched is an
    /// outlier, and no better than the others.
    void learn(ProcessorSample sample, Instant now) {
        if (now.isBefore(deafUntil)) {
            return;
        }
        double seen = share(sample);
        share = known ? share + (seen - share) * NEWS : seen;
        known = true;
        if (!limited && share >= PROCESSOR_BOUND) {
            limited = true;
            deafUntil = now.plus(SETTLING);
        } else if (limited && share < WAITS) {
            limited = false;
            known = false;
            deafUntil = now.plus(doubt);
            var twice = doubt.multipliedBy(2);
            doubt = twice.compareTo(LONGEST_DOUBT) > 0 ? LONGEST_DOUBT : twice;
        }
    }

    private static double share(ProcessorSample sample) {
        long unhindered = sample.unhindered().toNanos();
        return unhindered > 0 ? Math.min(1, (double) sample.running().toNanos() / unhindered) : 1;
    }

    /// How many are to run at once on so many processors: so many that these are always busy.
    int on(int processors) {
        return limited ? Math.max(1, (int) Math.round(processors / use())) : UNLIMITED;
    }

    /// How much of a processor one that runs all the time uses.
    private double use() {
        return Math.min(allowance, Math.max(share, WAITS));
    }
}
