package hearth.worker.sandbox;

import hearth.worker.sandbox.SandboxProcess.Exit;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The programs of one microVM, one after the other, by what the guest says of them. What it says must make sense: a
/// program ends once, and only one that runs.
final class GuestPrograms {
    private @Nullable GuestProcess current; // guarded by this
    private @Nullable CompletableFuture<String> start; // guarded by this; of one that does not run yet
    private @Nullable CompletableFuture<Boolean> up; // guarded by this; of one that is to say so
    private boolean gone; // guarded by this

    /// A program is about to be started.
    ///
    /// @return what the launcher inside says of it: `P` and its number if it runs
    synchronized CompletableFuture<String> starting(GuestProcess process) throws SandboxException {
        if (gone) {
            throw new SandboxException("the microVM has ended");
        }
        if (current != null && !current.hasEnded()) {
            throw new SandboxException("a program runs already");
        }
        current = process;
        start = new CompletableFuture<>();
        return start;
    }

    /// A program runs that was started in the machine of which this one is a copy.
    synchronized void goesOn(GuestProcess process) throws SandboxException {
        var _ = starting(process);
        start = null;
    }

    /// A program is about to be started that waits for its function.
    ///
    /// @return whether it has come up, once that is known
    synchronized CompletableFuture<Boolean> comingUp() {
        up = new CompletableFuture<>();
        return up;
    }

    /// A program says that it is up.
    ///
    /// @throws IllegalStateException if nobody waits for that
    synchronized void isUp() {
        if (up == null || current == null || current.hasEnded() || start != null) {
            throw new IllegalStateException("the guest tells of a program that nobody waits for");
        }
        comesUp(true);
    }

    private void comesUp(boolean whether) {
        if (up != null) {
            var awaited = up;
            up = null;
            awaited.complete(whether);
        }
    }

    /// The launcher inside said something, or how the program ended.
    ///
    /// @throws IllegalStateException if that makes no sense
    synchronized void said(String message) {
        if (start != null) {
            var begun = start;
            start = null;
            if (!message.startsWith("P ")) {
                current = null;
                comesUp(false);
            }
            begun.complete(message);
            return;
        }
        if (current == null || current.hasEnded()) {
            throw new IllegalStateException("the guest tells of a program that does not run");
        }
        current.ended(LaunchedProcess.exit(message));
        comesUp(false);
    }

    /// The machine has ended, and all programs with it.
    synchronized void machineEnded(String why) {
        gone = true;
        if (start != null) {
            start.complete("E " + why);
            start = null;
        }
        if (current != null) {
            current.ended(new Exit.Signal(9));
        }
        comesUp(false);
    }
}
