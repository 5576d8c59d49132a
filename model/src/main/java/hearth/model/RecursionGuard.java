package hearth.model;

/// Stops one function in a recursive loop: counts its rounds in the trace headers that come with invocations and that
/// it passes on.
///
/// @param hash of the function, in lineages
/// @param allowsLoops whether its owner wants no loop to be stopped (`RecursiveLoop`: `Allow`)
public record RecursionGuard(String hash, boolean allowsLoops) {
    /// How often a function runs in one chain of invocations.
    public static final int MOST_ROUNDS = 16;

    /// What whoever wanted the function to run is told, in AWS's words for the exception.
    public static final String REASON = "Lambda has detected your function being invoked in a recursive loop with other"
            + " AWS resources and stopped your function's invocation.";

    /// A function that nobody has configured.
    public static RecursionGuard of(FunctionId function) {
        return new RecursionGuard(Lineage.hash(function), false);
    }

    public RecursionGuard allowingLoops(boolean allows) {
        return new RecursionGuard(hash, allows);
    }

    /// What becomes of an invocation.
    ///
    /// @param traceHeader that the function gets, or whoever hears that it was stopped: with this round
    /// @param isStopped whether the function is not to run
    /// @param wasStopped whether it was stopped in this chain before: whoever heard of that has it run again
    public record Round(String traceHeader, boolean isStopped, boolean wasStopped) {}

    /// Counts an invocation.
    ///
    /// A function that may loop stays at the most rounds. More than these has only one that was stopped.
    public Round enter(String traceHeader) {
        int at = Lineage.find(traceHeader);
        if (at < 0) {
            return new Round(Lineage.begin(traceHeader, hash, 1), false, false);
        }
        var lineage = Lineage.read(traceHeader, at);
        int before = lineage.rounds(hash);
        boolean isStopped = before >= MOST_ROUNDS && !allowsLoops;
        int rounds = isStopped ? MOST_ROUNDS + 1 : Math.min(before, MOST_ROUNDS - 1) + 1;
        return new Round(lineage.with(hash, rounds), isStopped, isStopped && before > MOST_ROUNDS);
    }

    /// A trace header without its rounds: for one of a sender whom nobody knows, who could have the functions of others
    /// stopped.
    public static String withoutRounds(String traceHeader) {
        int at = Lineage.find(traceHeader);
        return at < 0 ? traceHeader : Lineage.cutFrom(traceHeader);
    }

    /// Whether the function was stopped in this chain before.
    public boolean hasStopped(String traceHeader) {
        int at = Lineage.find(traceHeader);
        return at >= 0 && Lineage.read(traceHeader, at).rounds(hash) > MOST_ROUNDS;
    }
}
