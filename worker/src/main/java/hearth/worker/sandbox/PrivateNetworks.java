package hearth.worker.sandbox;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/// Networks of sandboxes, some of which are made while nobody waits: making one takes as long as all else of a sandbox
/// together.
///
/// None is ever used twice: what the last owner's peers still send must not reach the next.
final class PrivateNetworks implements AutoCloseable {
    private static final Logger log = System.getLogger(PrivateNetworks.class.getName());
    private static final int LEAST = 8;
    private static final int MOST = 32;

    private final SandboxNetwork network;
    private final Slots slots;
    private final PrivateNetwork.Listening listening;
    private final Stock<PrivateNetwork> stock;

    /// @param listening where sockets listen in each
    PrivateNetworks(SandboxNetwork network, Slots slots, PrivateNetwork.Listening listening) {
        this.network = network;
        this.slots = slots;
        this.listening = listening;
        this.stock = new Stock<>("private-networks", new Demand(LEAST, MOST), Stock.QUIET, new Making());
    }

    PrivateNetwork take() throws SandboxException {
        return stock.take();
    }

    /// One that no process was in.
    void discard(PrivateNetwork unused) {
        Disposal.dispose(List.of(new Unused(unused)));
    }

    /// One that a sandbox had which nobody used.
    ///
    /// @param cgroup of the sandbox, removed as far as it could be
    void discard(PrivateNetwork own, Cgroup cgroup, String name) {
        own.closeSockets();
        Disposal.dispose(List.of(leavings(own, cgroup, name)));
    }

    /// What a sandbox leaves that had a network. Its user id and address are another's only if nothing of it can live.
    Disposal.Leavings leavings(PrivateNetwork own, Cgroup cgroup, String name) {
        return new Disposal.Leavings() {
            @Override
            public void letGo() {
                own.letGo();
            }

            @Override
            public void remove() {
                own.disconnect();
                if (cgroup.isGone()) {
                    slots.giveBack(own.uid());
                } else {
                    log.log(Level.WARNING, "{0} may still live; its user id is not used again", name);
                }
            }
        };
    }

    void begin(Duration pause) {
        stock.begin(pause);
    }

    boolean isFull() {
        return stock.isFull();
    }

    /// Removes those that nobody took.
    @Override
    public void close() {
        stock.close();
    }

    private final class Unused implements Disposal.Leavings {
        private final PrivateNetwork network;

        Unused(PrivateNetwork network) {
            this.network = network;
        }

        @Override
        public void letGo() {
            network.closeSockets();
            network.letGo();
        }

        @Override
        public void remove() {
            network.disconnect();
            slots.giveBack(network.uid());
        }
    }

    private final class Making implements Stock.Maker<PrivateNetwork> {
        @Override
        public PrivateNetwork make() throws SandboxException {
            return PrivateNetwork.make(network, slots, listening);
        }

        @Override
        public void discard(List<PrivateNetwork> unused) {
            Disposal.dispose(unused.stream().map(Unused::new).toList());
        }
    }
}
