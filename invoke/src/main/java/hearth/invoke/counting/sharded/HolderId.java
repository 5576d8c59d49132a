package hearth.invoke.counting.sharded;

/// A frontend that holds leases, in one of its lives.
///
/// @param incarnation differs with each start of the frontend: what an earlier one holds is not the later one's.
///     An odd number
public record HolderId(String frontend, long incarnation) {
    private static final long ANY = 0;
    private static final long FORMER = 2;

    /// Whoever has the name now: for those that know no more of it.
    public static HolderId anyLifeOf(String frontend) {
        return new HolderId(frontend, ANY);
    }

    /// What a frontend has admitted and knows no more, as in lives that are over: only the sum is known.
    public static HolderId formerLivesOf(String frontend) {
        return new HolderId(frontend, FORMER);
    }

    boolean isFormer() {
        return incarnation == FORMER;
    }

    /// Whether one is meant by the other.
    boolean means(HolderId holder) {
        return equals(holder) || (incarnation == ANY && frontend.equals(holder.frontend));
    }
}
