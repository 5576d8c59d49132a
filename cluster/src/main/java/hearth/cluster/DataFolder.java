package hearth.cluster;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// The folder of everything that a server keeps: its owner's alone, because functions' variables are secrets of their
/// owners, and lie there as they are.
public final class DataFolder {
    private static final System.Logger LOG = System.getLogger(DataFolder.class.getName());
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    /// A folder that holds one of these is a data folder.
    private static final Set<String> MARKS = Set.of("hearth.db", "access-keys", "runtimes");

    private DataFolder() {}

    /// Makes the folder if it is not there, and closes it to others if it is open to them.
    ///
    /// @throws StoreUnavailableException where that is for the operator to do; the message says how
    public static void prepare(Path data) throws IOException {
        Files.createDirectories(data, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        var permissions = Files.getPosixFilePermissions(data);
        if (OWNER_ONLY.containsAll(permissions)) {
            return;
        }
        var readable = PosixFilePermissions.toString(permissions);
        if (!isEmpty(data) && !isMarked(data)) {
            throw new StoreUnavailableException(
                    "%s is open to other users (%s), and holds files that are not Hearth's. Give Hearth a folder of its own: --data %s"
                            .formatted(data, readable, data.resolve("hearth")));
        }
        if (permissions.contains(PosixFilePermission.OTHERS_WRITE) && !isEmpty(data)) {
            // Closing it would not undo what they may have put there.
            throw new StoreUnavailableException(
                    "Every user may have written into the data folder %s (%s). If you trust what is in it: chmod 700 %s"
                            .formatted(data, readable, data));
        }
        tighten(data, permissions, readable);
    }

    private static void tighten(Path data, Set<PosixFilePermission> permissions, String readable) throws IOException {
        var kept = EnumSet.copyOf(permissions);
        kept.retainAll(OWNER_ONLY);
        try {
            Files.setPosixFilePermissions(data, kept);
        } catch (FileSystemException e) {
            throw new StoreUnavailableException(
                    "The data folder %s is open to other users (%s), and is not yours to close. As its owner, %s: chmod 700 %s"
                            .formatted(data, readable, Files.getOwner(data).getName(), data));
        }
        LOG.log(
                Level.WARNING,
                "The data folder {0} was open to other users ({1}); it is yours alone now ({2})",
                data,
                readable,
                PosixFilePermissions.toString(kept));
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        }
    }

    private static boolean isMarked(Path folder) {
        return MARKS.stream().anyMatch(mark -> Files.exists(folder.resolve(mark)));
    }
}
