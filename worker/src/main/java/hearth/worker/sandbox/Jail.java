package hearth.worker.sandbox;

import hearth.worker.linux.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/// The root directory of one Firecracker process, and what is put into it before its jailer makes it a jail. The
/// process owns it from then on, so nothing in it is trusted.
///
/// @param root where the jailer looks for it
/// @param uid of the process
record Jail(Path root, int uid) {
    /// Makes one, in the place of what a process of the same name may have left.
    static Jail make(Path root, int uid) throws IOException {
        var jail = new Jail(root, uid);
        jail.delete();
        Files.createDirectories(
                root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return jail;
    }

    /// A file that is empty here: a place to show another at.
    Path place(String name) throws IOException {
        return Files.createFile(root.resolve(name));
    }

    /// A file that the process may write.
    Path own(String name) throws IOException {
        var file = place(name);
        OpenFiles.give(file, uid);
        return file;
    }

    /// Hands a file over that has no name yet.
    ///
    /// @param file a descriptor, of the jails' file system
    void take(int file, String name) throws IOException {
        OpenFiles.link(file, root.resolve(name));
        OpenFiles.give(root.resolve(name), uid);
    }

    /// Once nothing in it lives any more.
    void delete() throws IOException {
        Leftovers.deleteTree(Objects.requireNonNull(root.getParent()));
    }
}
