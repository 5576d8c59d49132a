package hearth.worker.sandbox;

import java.util.BitSet;

/// Hands out host user ids, one for each living sandbox.
///
/// They lie above the ranges that Linux distributions and systemd give out. Each instance of the server has its own
/// hundred thousand, so that two on one host do not meet.
final class Slots {
    static final int PER_INSTANCE = 100_000;

    private static final int FIRST = 1_900_000_000;
    private static final int INSTANCES = 1_000;

    private final int initUid;
    private final BitSet taken = new BitSet(); // guarded by this

    Slots(String instance) {
        this.initUid = FIRST + Math.floorMod(instance.hashCode(), INSTANCES) * PER_INSTANCE;
    }

    /// The user that every sandbox's pid 1 runs as; no function ever does.
    int initUid() {
        return initUid;
    }

    /// @return a uid that nothing living has
    synchronized int take() throws SandboxException {
        var slot = taken.nextClearBit(0);
        if (slot >= PER_INSTANCE - 1) {
            throw new SandboxException("all %d slots are taken".formatted(PER_INSTANCE - 1));
        }
        taken.set(slot);
        return initUid + 1 + slot;
    }

    /// To be called when nothing of the uid's lives any more.
    synchronized void giveBack(int uid) {
        taken.clear(uid - initUid - 1);
    }
}
