package hearth.worker.sandbox;

/// Whether a sandbox's processes stand still.
///
/// The launcher is in the sandbox's cgroup while it works, and a runtime may be quick enough to be idle before the
/// launcher has ended. A freeze then waits until it has: a frozen launcher never ends, and the start waits for its
/// end. The lock is held across one write to the kernel, so that the last word is what the cgroup hears last.
final class FreezeSwitch {
    private final Cgroup cgroup;
    private boolean wanted; // guarded by this
    private boolean held; // guarded by this

    FreezeSwitch(Cgroup cgroup) {
        this.cgroup = cgroup;
    }

    synchronized void freeze() {
        wanted = true;
        if (!held) {
            cgroup.freeze();
        }
    }

    synchronized void thaw() {
        wanted = false;
        if (!held) {
            cgroup.thaw();
        }
    }

    /// Nothing stands still until `release`.
    synchronized void hold() {
        held = true;
        if (wanted) {
            cgroup.thaw();
        }
    }

    synchronized void release() {
        held = false;
        if (wanted) {
            cgroup.freeze();
        }
    }
}
