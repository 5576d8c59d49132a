package hearth.worker.sandbox;

import hearth.worker.sandbox.GuestWords.GuestMount;
import hearth.worker.sandbox.MachineSpec.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The disks of a machine, by their places: the root, `/tmp`, and images.
///
/// @param images by their places
/// @param mounts where in the guest the directories are that a sandbox is to see
record MachineDisks(SortedMap<Integer, Disk> images, List<GuestMount> mounts) {
    static final int TMP = 1;
    static final int FIRST_IMAGE = 2;

    /// How many places a machine has that is made for snapshots: enough for the code, all layers and a runtime.
    static final int OF_TEMPLATE = 10;

    MachineDisks() {
        this(new TreeMap<>(), new ArrayList<>());
    }

    /// @param image a descriptor, which stays the caller's
    void add(int image, String inside) {
        var place = FIRST_IMAGE + images.size();
        images.put(place, new Disk(image, false));
        mounts.add(GuestMount.ofDisk(place, inside));
    }

    /// Whether a machine has places for them whose disks come later.
    boolean fitTemplate() {
        return FIRST_IMAGE + images.size() <= OF_TEMPLATE;
    }

    /// Those of a machine that has all of them from its beginning.
    List<Disk> all(Disk root, Disk tmp) {
        var all = new ArrayList<>(List.of(root, tmp));
        all.addAll(images.values());
        return all;
    }
}
