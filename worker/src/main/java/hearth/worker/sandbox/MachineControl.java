package hearth.worker.sandbox;

import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.sandbox.MachineSpec.Disk;
import java.io.IOException;
import java.time.Duration;

/// The conversation with the monitor of one machine, which is not the machine's guest: a guest that was taken over
/// has no part in it.
///
/// All of it throws with the monitor's own words if it refuses, and if it does not answer in time.
interface MachineControl extends AutoCloseable {
    /// Has the machine be there, and makes sure of it: one that boots runs, one that is made of a snapshot
    /// stands still.
    void begin(Duration patience) throws IOException;

    /// Has the machine stand still, and tells what it is then. It stands still until `run`.
    default MachineSnapshot snapshot(Duration patience) throws IOException {
        throw new IOException("this monitor makes no snapshots");
    }

    /// Puts a disk where an empty one was that the guest has not looked at yet.
    ///
    /// @param disk of which the monitor gets a descriptor of its own
    default void putDisk(int place, Disk disk, Duration patience) throws IOException {
        throw new IOException("this monitor changes no disks");
    }

    /// Has a machine go on that stands still.
    default void run(Duration patience) throws IOException {}

    @Override
    void close();
}
