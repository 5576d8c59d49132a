package hearth.invoke.workermanager;

import hearth.model.worker.ProcessorSample;

/// How many invocations of a function are worth running at once, by the share of their time that they are on a
/// processor. Guarded as the EnvironmentTable is.
///
/// Where that is nearly all, more than there are processors only take each other's processor caches, and
/// whoever waits is served sooner by those that are hot. Where it is little, the function waits for something
/// else, and how many run at once is nobody's concern but its callers'.
final class Parallelism {
    static final int UNLIMITED = Integer.MAX_VALUE;

    /// Below this share a function counts as one that waits for something else.
    private static final double PROCESSOR_BOUND = 0.4;

    /// The weight of a new sample beside what was known.
    private static final double NEWS = 1.0 / 8;

    private double share;
    private boolean known;

    /// Each sample counts alike, however long it took: one that a pause of the machine has stretched is an
    /// outlier, and no better than the others.
    void learn(ProcessorSample sample) {
        double seen = sample.unhindered().isPositive()
                ? Math.min(
                        1,
                        (double) sample.running().toNanos()
                                / sample.unhindered().toNanos())
                : 1;
        share = known ? share + (seen - share) * NEWS : seen;
        known = true;
    }

    /// How many are to run at once on so many processors: so many that these are always busy.
    int on(int processors) {
        return share < PROCESSOR_BOUND ? UNLIMITED : Math.max(1, (int) Math.round(processors / share));
    }
}
