package hearth.worker.sandbox;

import hearth.worker.sandbox.MachineSpec.Origin;

/// A machine that has nothing of any function yet, with all that it is in. It is its owner's alone, who closes it
/// or makes a sandbox of it.
///
/// @param name of its cgroup
/// @param origin tells whether it has its disks already
/// @param closing gives back what it has of the host
record PreparedMachine(
        String name,
        MachineSize size,
        Origin origin,
        MicrovmNetwork network,
        Cgroup cgroup,
        Microvm machine,
        Runnable closing)
        implements AutoCloseable {
    boolean isUsable() {
        return !machine.isEnding();
    }

    @Override
    public void close() {
        closing.run();
    }
}
