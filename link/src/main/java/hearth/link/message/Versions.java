package hearth.link.message;

import java.util.OptionalInt;

/// The versions of the protocol that a process speaks.
///
/// One that changes what is said counts the newest up, and goes on with the last until no process of that is
/// left. Two that speak take the newest that both do, for that one connection.
///
/// | version | what is new |
/// |---|---|
/// | 2 | a worker serves several members, by shards |
/// | 3 | reports tell who sent what runs and how many environments come up |
/// | 3 | members say that an invocation was parted from its cluster |
/// | 3 | a worker that stops hears when nothing more is begun there |
/// | 4 | environments under SnapStart, which are restored |
public record Versions(int oldest, int newest) {
    /// Of this build.
    public static final Versions OURS = new Versions(2, 4);

    /// What a member speaks that does not say it: none did before version 3.
    public static final Versions UNSAID = new Versions(2, 2);

    /// From this version on members know that an invocation may be parted from its cluster.
    public static final int KNOWS_PARTED = 3;

    /// From this version on a frontend says when it begins nothing more at a worker that is about to stop.
    public static final int DISMISSES = 3;

    /// From this version on functions may be under SnapStart, and their environments restored.
    static final int RESTORES = 4;

    /// From this version on a report tells who sent what runs.
    static final int TELLS_SENT = 3;

    public Versions {
        if (oldest < 1 || newest < oldest || newest > 0xffff) {
            throw new IllegalArgumentException("There are no versions " + oldest + " to " + newest);
        }
    }

    /// As they were `said`; of who says nothing, `UNSAID`.
    ///
    /// @throws IllegalArgumentException for anything else
    public static Versions parse(String said) {
        if (said.isEmpty()) {
            return UNSAID;
        }
        var parts = said.split("-", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("No versions of the protocol are " + said);
        }
        return new Versions(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    /// In a form for other processes, such as `2-4`.
    public String said() {
        return oldest + "-" + newest;
    }

    /// The newest that both speak; empty when there is none.
    public OptionalInt common(Versions other) {
        int highest = Math.min(newest, other.newest);
        return highest >= Math.max(oldest, other.oldest) ? OptionalInt.of(highest) : OptionalInt.empty();
    }

    public boolean contain(int version) {
        return version >= oldest && version <= newest;
    }

    @Override
    public String toString() {
        return oldest == newest ? "version " + oldest : "versions " + oldest + " to " + newest;
    }
}
