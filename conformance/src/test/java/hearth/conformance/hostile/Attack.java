package hearth.conformance.hostile;

import java.util.List;
import java.util.regex.Pattern;

/// One attack of `attacks.py`.
///
/// @param name of the Python function
/// @param barrier what stops it
/// @param reason a pattern of what the attacker hears inside; nothing else counts as stopped
/// @param by the function that tries it
/// @param wrapper the command that keeps it harmless outside
/// @param optional whether kernels may lack what it is about, so that it works nowhere
record Attack(String name, String barrier, String reason, By by, List<String> wrapper, boolean optional) {
    /// What kernels answer to what may not be done.
    static final String DENIED = "Operation not permitted|Permission denied|Read-only file system";

    private static final String REFUSED = "Operation not permitted|Function not implemented";
    private static final String HARMLESS = ".*";

    /// An attacker's size.
    enum By {
        /// A whole core.
        LARGE(1769),
        SMALL(128);

        final int megabytes;

        By(int megabytes) {
            this.megabytes = megabytes;
        }
    }

    /// A system call that is refused.
    static Attack refused(String name, String barrier) {
        return new Attack(name, barrier, REFUSED, By.LARGE, List.of(), false);
    }

    static Attack stopped(String name, String barrier, String reason) {
        return new Attack(name, barrier, reason, By.LARGE, List.of(), false);
    }

    /// May go on inside, where it takes from nobody else.
    static Attack harmless(String name, String barrier) {
        return new Attack(name, barrier, HARMLESS, By.LARGE, List.of(), false);
    }

    Attack by(By other) {
        return new Attack(name, barrier, reason, other, wrapper, optional);
    }

    /// Outside in namespaces of its own.
    Attack outsideIn(String... command) {
        return new Attack(name, barrier, reason, by, List.of(command), optional);
    }

    Attack whereThereIsOne() {
        return new Attack(name, barrier, reason, by, wrapper, true);
    }

    boolean mayWorkInside() {
        return reason.equals(HARMLESS);
    }

    /// Whether what was heard inside says that the barrier stopped it. What a kernel refuses to everybody, it
    /// refuses inside as outside, before any barrier of Hearth's.
    boolean isStopped(Result outside, Result inside) {
        var byTheBarrier = Pattern.compile(reason, Pattern.CASE_INSENSITIVE).matcher(inside.how());
        var asForEverybody = optional
                && !outside.worked()
                && !outside.how().isEmpty()
                && inside.how().equals(outside.how());
        return !inside.worked() && (byTheBarrier.find() || asForEverybody);
    }

    @Override
    public String toString() {
        return name;
    }
}
