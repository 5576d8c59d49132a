package hearth.worker.runtimes;

import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A program of the host that runs a language.
///
/// @param executable links resolved
/// @param prefix what it was installed into: the folder with `bin/` and `lib/`
/// @param modified when the executable was; a change means that another one was installed in its place
record Interpreter(Path executable, Path prefix, FileTime modified) {
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    /// The interpreter behind a path, unless it is a shim, a wrapper script, or closed to other users.
    static Optional<Interpreter> at(Path path) {
        try {
            if (!Files.exists(path)) {
                return Optional.empty();
            }
            var executable = path.toRealPath();
            var prefix = executable.getParent() == null
                    ? null
                    : executable.getParent().getParent();
            if (prefix == null
                    || !Files.isRegularFile(executable)
                    || !isOpenToAll(executable)
                    || !isOpenToAll(prefix)
                    || !isElf(executable)) {
                return Optional.empty();
            }
            return Optional.of(new Interpreter(executable, prefix, Files.getLastModifiedTime(executable)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static boolean isOpenToAll(Path path) throws IOException {
        return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE);
    }

    private static boolean isElf(Path executable) throws IOException {
        try (var in = Files.newInputStream(executable)) {
            return Arrays.equals(in.readNBytes(ELF.length), ELF);
        }
    }

    /// The version that the folder is named after, as version managers do it.
    Optional<Version> versionOfFolder() {
        var folder = prefix.endsWith("installation") ? prefix.getParent() : prefix;
        return folder == null || folder.getFileName() == null
                ? Optional.empty()
                : Version.in(folder.getFileName().toString());
    }

    /// Whether it is still the one that was found.
    boolean isUnchanged() {
        try {
            return Files.getLastModifiedTime(executable, LinkOption.NOFOLLOW_LINKS)
                    .equals(modified);
        } catch (IOException _) {
            return false;
        }
    }

    /// How a sandbox names the executable.
    String pathInside(HostLayout host) {
        return host.isVisibleInSandboxes(executable)
                ? "/" + host.root().relativize(executable)
                : LambdaPaths.LANGUAGE + "/" + prefix.relativize(executable);
    }

    List<Mount> mounts(HostLayout host) {
        return host.isVisibleInSandboxes(executable) ? List.of() : List.of(new Mount(prefix, LambdaPaths.LANGUAGE));
    }
}
