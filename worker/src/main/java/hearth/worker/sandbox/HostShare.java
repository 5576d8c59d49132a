package hearth.worker.sandbox;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// What one server has of its host for sandboxes of namespaces: its sign of life, its cgroups, a range of user ids,
/// and a way to the network.
///
/// @param shortcomings what could not be had and is done without, for the log
record HostShare(
        LifeSign sign, Cgroups cgroups, UidRange uids, Slots slots, SandboxNetwork network, List<String> shortcomings)
        implements AutoCloseable {
    /// @throws SandboxException if something cannot be had, after which nothing is kept of the rest
    ///
    /// @param addressing whose the addresses of sandboxes are
    static HostShare take(SandboxConfig config, SandboxNetwork.Addressing addressing) throws SandboxException {
        Deque<Runnable> undo = new ArrayDeque<>();
        var shortcomings = new ArrayList<String>();
        try {
            var shared = Instance.shared();
            var sign = LifeSign.give(shared, config.instance(), config.directory());
            undo.push(sign::end);
            var cgroups =
                    new Cgroups(CgroupMounts.ofThisHost(), config.instance().name());
            undo.push(cgroups::close);
            var uids = UidRange.claim(shared, config.instance().name());
            undo.push(uids::close);
            SandboxNetwork network = new SandboxNetwork.LoopbackOnly();
            if (config.network().internet()) {
                try {
                    network = new InternetNetwork(config.instance(), config.network(), shared, sign, addressing);
                } catch (SandboxException e) {
                    shortcomings.add("FUNCTIONS REACH NO NETWORK: " + e.getMessage());
                }
            }
            return new HostShare(sign, cgroups, uids, new Slots(uids), network, List.copyOf(shortcomings));
        } catch (IOException e) {
            undo.forEach(Runnable::run);
            throw new SandboxException("this server's share of the host: " + e.getMessage(), e);
        } catch (SandboxException e) {
            undo.forEach(Runnable::run);
            throw e;
        }
    }

    /// Gives it back. What something still lives in stays, with the notes of it for the next start.
    @Override
    public void close() {
        network.close();
        cgroups.close();
        if (slots.areFree()) {
            uids.forget();
        }
        uids.close();
        if (cgroups.areGone() && !sign.hasTable()) {
            sign.end();
        }
        sign.close();
    }
}
