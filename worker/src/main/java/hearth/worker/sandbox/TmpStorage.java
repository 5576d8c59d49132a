package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.DetachedMount;
import java.time.Duration;
import java.util.Map;

/// Where a sandbox's `/tmp` keeps what is written to it.
interface TmpStorage extends AutoCloseable {
    /// An empty `/tmp` of this size, which nobody else gets. Blocks where none is ready.
    Tmp take(Bytes size) throws SandboxException;

    /// Some are made ahead from now on, after a pause, where that is of use.
    default void begin(Duration pause) {}

    /// Whether as many are ready as are wanted.
    default boolean isFull() {
        return true;
    }

    /// Removes what nobody took.
    @Override
    default void close() {}

    /// The `/tmp` of a sandbox that has not begun. Closing it is safe once the launcher has it.
    interface Tmp extends AutoCloseable {
        /// @param descriptors of the launcher, by number
        void addTo(LaunchWords words, Map<Integer, Integer> descriptors) throws SandboxException;

        @Override
        default void close() {}
    }

    /// On disk.
    record Mounted(DetachedMount mount) implements Tmp {
        private static final int TMP = 10;

        @Override
        public void addTo(LaunchWords words, Map<Integer, Integer> descriptors) throws SandboxException {
            words.add("tmp-mount");
            descriptors.put(TMP, mount.fd());
        }

        @Override
        public void close() {
            mount.close();
        }
    }

    /// In memory: it counts against the sandbox's memory limit.
    final class Memory implements TmpStorage {
        @Override
        public Tmp take(Bytes size) {
            return (words, _) -> words.add("tmp-size", size.count());
        }
    }
}
