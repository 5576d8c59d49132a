package hearth.server.install;

import java.util.Optional;
import java.util.regex.Pattern;

/// A runtime or SDK that is to be installed or removed: `nodejs22.x`, `nodejs22.x@22.21.1`, `boto3`.
///
/// @param version its first numbers at least; empty for the newest to install, and for all to remove
public record Wanted(String name, Optional<String> version) {
    private static final Pattern VERSION = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6}){0,2}(-[0-9]{1,3})?");

    /// @throws InstallException for what is no version
    public static Wanted of(String text) throws InstallException {
        int at = text.indexOf('@');
        if (at < 0) {
            return new Wanted(text, Optional.empty());
        }
        var version = text.substring(at + 1);
        if (!VERSION.matcher(version).matches()) {
            throw new InstallException(version + " is no version, such as 22.21.1");
        }
        return new Wanted(text.substring(0, at), Optional.of(version));
    }
}
