package hearth.link.message;

import java.util.OptionalInt;

/// The versions of the protocol that a process speaks.
///
/// One that changes what is said counts the newest up, and goes on with the last until no process of that is left.
public record Versions(int oldest, int newest) {
    public static final Versions OURS = new Versions(1, 1);

    public Versions {
        if (oldest < 1 || newest < oldest || newest > 0xffff) {
            throw new IllegalArgumentException("There are no versions " + oldest + " to " + newest);
        }
    }

    /// The newest that both speak; empty when there is none.
    public OptionalInt common(Versions other) {
        int highest = Math.min(newest, other.newest);
        return highest >= Math.max(oldest, other.oldest) ? OptionalInt.of(highest) : OptionalInt.empty();
    }

    @Override
    public String toString() {
        return oldest == newest ? "version " + oldest : "versions " + oldest + " to " + newest;
    }
}
