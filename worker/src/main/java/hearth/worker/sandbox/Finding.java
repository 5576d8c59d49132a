package hearth.worker.sandbox;

/// One thing about this host that decides how well functions are isolated on it.
///
/// @param subject such as `cgroups`
/// @param good whether it is as it should be
/// @param text what was found, such as `hybrid`
/// @param remedy what to do about it; empty where it is good
public record Finding(String subject, boolean good, String text, String remedy) {
    static Finding good(String subject, String text) {
        return new Finding(subject, true, text, "");
    }

    static Finding bad(String subject, String text, String remedy) {
        return new Finding(subject, false, text, remedy);
    }
}
