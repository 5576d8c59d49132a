package hearth.worker.sandbox;

import hearth.worker.sandbox.MachineSpec.Disk;
import java.util.ArrayList;
import java.util.List;

/// The disks of a machine that is about to be made, and the names that its kernel gives them: those of virtio, in
/// the order in which they come.
final class MachineDisks {
    private final List<Disk> all = new ArrayList<>();

    /// @param file a descriptor, which stays the caller's
    /// @return the disk's name inside
    String add(int file, boolean writable) {
        all.add(new Disk(file, writable));
        return "vd" + (char) ('a' + all.size() - 1);
    }

    List<Disk> all() {
        return List.copyOf(all);
    }
}
