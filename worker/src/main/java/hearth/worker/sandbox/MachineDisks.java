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
/// @param first the place of the first image
record MachineDisks(SortedMap<Integer, Disk> images, List<GuestMount> mounts, int first) {
    static final int TMP = 1;
    static final int FIRST_IMAGE = 2;

    /// How many places a machine has that is made for snapshots: enough for the code, all layers and a runtime.
    static final int OF_TEMPLATE = 10;

    static final int MOST_IMAGES = OF_TEMPLATE - FIRST_IMAGE;

    /// @param before how many images the machine has already
    static MachineDisks behind(int before) {
        return new MachineDisks(new TreeMap<>(), new ArrayList<>(), FIRST_IMAGE + before);
    }

    /// @param image a descriptor, which stays the caller's
    void add(int image, String inside) {
        var place = next();
        images.put(place, Disk.image(image));
        mounts.add(GuestMount.ofDisk(place, inside));
    }

    /// The place behind the last.
    int next() {
        return first + images.size();
    }

    /// Whether a machine has places for them whose disks come later.
    boolean fitTemplate() {
        return next() <= OF_TEMPLATE;
    }

    /// Those of a machine that has all of them from its beginning.
    List<Disk> all(Disk root, Disk tmp) {
        var all = new ArrayList<>(List.of(root, tmp));
        all.addAll(images.values());
        return all;
    }
}
