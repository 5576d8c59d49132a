package hearth.model.code;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;

/// The visitor that is told what a deployment package holds. Every directory comes before what is in it, all files
/// before all symbolic links, and nothing is told twice.
///
/// Paths are relative, separated by `/`, without empty parts, `.` and `..`; no part of a path but the last can be a
/// symbolic link of the same package. So an unpacker that starts in an empty directory and never follows a link cannot
/// be led out of it.
public interface PackageVisitor {
    void directory(String path) throws IOException;

    /// @param content is checked as it is read, and need not be read to its end
    void file(String path, boolean executable, Instant modified, InputStream content) throws IOException;

    /// @param target as the zip has it; may lead anywhere, as the function sees its files, and is not to be followed
    void symbolicLink(String path, String target) throws IOException;
}
