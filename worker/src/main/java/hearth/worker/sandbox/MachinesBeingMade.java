package hearth.worker.sandbox;

import java.util.HashSet;
import java.util.Set;

/// The machines that are on their way to be of use, by their cgroups, so that a server that ends need not wait until
/// they are up.
final class MachinesBeingMade {
    private final Set<Cgroup> cgroups = new HashSet<>(); // guarded by this
    private boolean ended; // guarded by this

    /// @throws SandboxException if none is to be made any more
    synchronized void begin(Cgroup cgroup) throws SandboxException {
        requireMore();
        cgroups.add(cgroup);
    }

    /// To be asked again by whoever has put a process into a cgroup: it may have been empty when that was killed.
    synchronized void requireMore() throws SandboxException {
        if (ended) {
            throw new SandboxException("the server ends");
        }
    }

    /// It is made, or will not be.
    synchronized void over(Cgroup cgroup) {
        cgroups.remove(cgroup);
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /// Kills all of them, whose makers are told as if they had died by themselves, and lets nobody begin another.
    synchronized void end() {
        ended = true;
        cgroups.forEach(Cgroup::kill);
    }
}
