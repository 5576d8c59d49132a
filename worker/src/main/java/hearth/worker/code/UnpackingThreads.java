package hearth.worker.code;

import hearth.model.code.PackageThreads;
import hearth.worker.linux.LowPriorityThreads;

/// The threads that unpack packages for environments that start. They have no other work, so that a start waits for
/// nobody's uploads; and large packages have some of their own, so that it waits for no other function's either.
///
/// @param usual for packages that are unpacked from memory, and for putting layers of that size over others
/// @param large for the rest, whose unpacking takes seconds
public record UnpackingThreads(PackageThreads usual, PackageThreads large) implements AutoCloseable {
    /// As many of each as a machine of so many processors has for packages.
    public static UnpackingThreads of(int processors) {
        int count = PackageThreads.count(processors);
        return new UnpackingThreads(
                new PackageThreads(count, LowPriorityThreads.named("unpacking-")),
                new PackageThreads(count, LowPriorityThreads.named("unpacking-large-")));
    }

    /// Waits for what is being unpacked.
    @Override
    public void close() {
        usual.close();
        large.close();
    }
}
