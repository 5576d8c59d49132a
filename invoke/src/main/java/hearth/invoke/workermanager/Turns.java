package hearth.invoke.workermanager;

/// The turns that a function's invocations have on one worker's processors. Guarded as the EnvironmentTable is.
///
/// An invocation that begins takes a turn, and has it until it ends, but for two rounds at most. One that takes
/// longer is *overdue*: what it does nobody knows, so it runs on without a turn. Another may begin in its
/// stead, and one more: if a function suddenly waits for something, each round lets twice as many begin as the
/// one before.
final class Turns {
    /// How many whose answers or events are on their way over a network come to each processor, where they are brief:
    /// the way takes as long as one or two of them run, and what goes it together costs each side less.
    private static final int UNDER_WAY = 2;

    private final int processors;
    private final boolean away;
    private long round;
    /// How many have begun in this round, in the one before, and earlier.
    private int fresh;

    private int older;
    private int overdue;

    /// @param away whether the worker is reached over a network
    Turns(int processors, boolean away) {
        this.processors = Math.max(1, processors);
        this.away = away;
    }

    /// @return the round, for `end`
    long begin() {
        fresh++;
        return round;
    }

    /// @param begun the round in which it began
    void end(long begun) {
        if (begun == round) {
            fresh--;
        } else if (begun == round - 1) {
            older--;
        } else {
            overdue--;
        }
    }

    void nextRound() {
        round++;
        overdue += older;
        older = fresh;
        fresh = 0;
    }

    /// How many more may begin now.
    ///
    /// @param brief whether the function's invocations take no longer than their way over a network by far
    int left(Parallelism parallelism, boolean brief) {
        int limit = parallelism.on(processors);
        return limit == Parallelism.UNLIMITED ? limit : Math.max(0, limit + underWay(brief) + overdue - fresh - older);
    }

    /// How many begin beside those that keep the processors busy.
    private int underWay(boolean brief) {
        if (!away) {
            return 0;
        }
        return brief ? UNDER_WAY * processors : 1;
    }
}
