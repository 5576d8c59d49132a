package hearth.cluster;

import java.util.Locale;

/// What servers that share a database keep in mind beside functions, and look at anew when one of them changes it.
///
/// A server of an earlier release does not know each of them, and hears of those that it knows.
public enum Topic {
    ACCESS_KEYS,
    DRAINS,
    MAPPINGS,

    /// Who polls which mapping.
    SOURCES;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
