package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.OpenFiles;
import hearth.worker.microvm.MachineSnapshot;
import java.util.List;

/// One machine as its monitor is to make it. What is in here stays the caller's.
///
/// @param name of the sandbox
/// @param memory of the machine, without what its monitor takes
/// @param processors whole ones
/// @param network which the monitor attaches
/// @param cgroup that the monitor is to be in
/// @param disks in the order of their places; the first is the root
record MachineSpec(
        String name,
        Bytes memory,
        int processors,
        MicrovmNetwork network,
        Cgroup cgroup,
        List<Disk> disks,
        Origin origin) {
    MachineSpec {
        disks = List.copyOf(disks);
    }

    /// @param file a descriptor
    /// @param direct whether the monitor is to keep nothing of it in the host's memory
    record Disk(int file, boolean writable, boolean direct) {
        /// An image that many machines have.
        static Disk image(int file) {
            return new Disk(file, false, false);
        }

        /// A disk of one machine. What the host has not written of it yet would count in the monitor's cgroup, whose
        /// limit has no room for it, and the guest keeps its pages of it itself.
        static Disk own(int file) throws LinuxException {
            return new Disk(file, true, OpenFiles.canBeDirect(file));
        }
    }

    /// Where what a machine is at its beginning comes from.
    sealed interface Origin {
        /// It boots with all of its disks.
        record Booted() implements Origin {}

        /// It boots with its root, and empty disks at all places behind it, and a snapshot can be made of it.
        ///
        /// @param memory in bytes
        record Template(long memory) implements Origin {}

        /// It is what the machine of the snapshot was, and its disks are as a template's.
        ///
        /// @param of what the snapshot is of
        record Copied(SnapshotKey of, MachineSnapshot snapshot) implements Origin {}

        /// As `Copied`, with memory that a further snapshot can be made of.
        record Derived(MachineSnapshot snapshot) implements Origin {}
    }
}
