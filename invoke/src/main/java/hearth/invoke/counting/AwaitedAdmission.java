package hearth.invoke.counting;

import java.util.function.Consumer;

/// An answer that is not there yet. Whoever gives it has a deadline of their own, after which it is `Uncounted` or
/// `Throttled`.
public interface AwaitedAdmission {
    /// Tells the listener the answer, once: at once on this thread if it is there by now, else on whichever
    /// thread brings it. To be called once; the listener must not block.
    void whenDecided(Consumer<Admission.Decided> listener);

    /// Nobody wants the answer any more.
    ///
    /// @return false if it is there already: then it holds, and the listener hears of it
    boolean withdraw();
}
