package hearth.worker.sandbox;

import hearth.model.Bytes;

/// Where a sandbox's `/tmp` keeps what is written to it.
interface TmpStorage {
    /// Tells the launcher how to make a `/tmp` of this size. Blocks when it is the first of its size.
    void addTo(LaunchWords words, Bytes size) throws SandboxException;

    /// In memory: it counts against the sandbox's memory limit.
    final class Memory implements TmpStorage {
        @Override
        public void addTo(LaunchWords words, Bytes size) throws SandboxException {
            words.add("tmp-size", size.count());
        }
    }
}
