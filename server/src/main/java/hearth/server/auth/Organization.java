package hearth.server.auth;

import java.util.regex.Pattern;

/// The organization that an account is in.
///
/// @param id such as `o-a1b2c3d4e5`
/// @param path of the account in it, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`; empty where nobody has told it
public record Organization(String id, String path) {
    private static final Pattern ID = Pattern.compile("o-[a-z0-9]{10,32}");
    private static final Pattern PATH =
            Pattern.compile("(o-[a-z0-9]{10,32})/r-[0-9a-z]{4,32}/(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}/)*");

    public Organization {
        if (!isId(id) || !(path.isEmpty() || (isPath(path) && path.startsWith(id + "/")))) {
            throw new IllegalArgumentException("No organization: " + id + " " + path);
        }
    }

    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    public static boolean isPath(String text) {
        return PATH.matcher(text).matches();
    }
}
