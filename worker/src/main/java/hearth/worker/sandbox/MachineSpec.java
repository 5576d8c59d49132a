package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.util.List;

/// One machine as its monitor is to make it. What is in here stays the caller's.
///
/// @param name of the sandbox
/// @param memory of the machine, without what its monitor takes
/// @param processors whole ones
/// @param network which the monitor attaches
/// @param cgroup that the monitor is to be in
/// @param disks in the order of their names inside; the first is the root
record MachineSpec(String name, Bytes memory, int processors, MicrovmNetwork network, Cgroup cgroup, List<Disk> disks) {
    MachineSpec {
        disks = List.copyOf(disks);
    }

    /// @param file a descriptor
    record Disk(int file, boolean writable) {}
}
