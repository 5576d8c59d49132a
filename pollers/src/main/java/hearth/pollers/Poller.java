package hearth.pollers;

/// Works on one mapping: takes out of its source, and runs its function.
public interface Poller {
    /// Begins, on threads of its own. Does not block.
    void begin();

    /// Takes nothing more, and waits until the function has ended on what was taken. Whoever is interrupted waits no
    /// longer: what runs then comes again. May be called again.
    ///
    /// @param now whether a call of the source that waits for something new is broken off
    void close(boolean now) throws InterruptedException;

    /// Whether the next poller of the mapping may begin before this one has ended.
    boolean mayOverlap();
}
