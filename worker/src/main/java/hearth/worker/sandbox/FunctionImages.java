package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.microvm.GuestImages;
import hearth.worker.sandbox.GuestWords.GuestMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The images of code, layers and runtimes: directories of this host as disks of machines.
///
/// Files of functions and runtimes do not change where they are: what was looked at once need not be again, as long as
/// the image is there.
final class FunctionImages {
    private static final int MOST_KNOWN = 4096;

    private final GuestImages images;
    private final ConcurrentMap<Path, Path> known = new ConcurrentHashMap<>();

    FunctionImages(GuestImages images) {
        this.images = images;
    }

    /// The disks of what is to be mounted and a machine's root has not got already.
    ///
    /// @param parts keeps the disks' descriptors
    MachineDisks open(List<SandboxSpec.Mount> wanted, HeldParts parts) throws IOException {
        return open(wanted, 0, parts);
    }

    /// @param before how many images the machine has already
    MachineDisks open(List<SandboxSpec.Mount> wanted, int before, HeldParts parts) throws IOException {
        var disks = MachineDisks.behind(before);
        for (var mount : wanted) {
            var there = GuestWords.ofHost(mount.host());
            if (there.isPresent()) {
                disks.mounts().add(new GuestMount(there.get(), mount.inside()));
            } else {
                var image = open(mount.host());
                parts.hold(image);
                disks.add(image, mount.inside());
            }
        }
        return disks;
    }

    void endMaking() {
        images.endMaking();
    }

    /// One that was made room for in the same moment is made anew.
    private int open(Path directory) throws IOException {
        var image = imageOf(directory);
        try {
            return Descriptors.open(image);
        } catch (IOException e) {
            if (Files.exists(image)) {
                throw e;
            }
            return Descriptors.open(imageOf(directory));
        }
    }

    private Path imageOf(Path directory) throws IOException {
        var real = directory.toRealPath();
        var before = known.get(real);
        if (before != null && GuestImages.isUsed(before)) {
            return before;
        }
        var image = images.directory(real);
        if (known.size() >= MOST_KNOWN) {
            known.clear();
        }
        known.put(real, image);
        return image;
    }
}
