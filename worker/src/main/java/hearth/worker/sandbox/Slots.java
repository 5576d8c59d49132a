package hearth.worker.sandbox;

import java.util.BitSet;

/// Hands out host user ids, one for each living sandbox.
final class Slots {
    private final UidRange range;
    private final BitSet taken = new BitSet(); // guarded by this

    Slots(UidRange range) {
        this.range = range;
    }

    /// The user that every sandbox's pid 1 runs as; no function ever does.
    int initUid() {
        return range.first();
    }

    /// @return a uid that nothing living has
    synchronized int take() throws SandboxException {
        var slot = taken.nextClearBit(0);
        if (slot >= UidRange.SIZE - 1) {
            throw new SandboxException("all %d slots are taken".formatted(UidRange.SIZE - 1));
        }
        taken.set(slot);
        return initUid() + 1 + slot;
    }

    /// To be called when nothing of the uid's lives any more, and never if something may.
    synchronized void giveBack(int uid) {
        taken.clear(uid - initUid() - 1);
    }

    synchronized boolean areFree() {
        return taken.isEmpty();
    }
}
