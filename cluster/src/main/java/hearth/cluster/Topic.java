package hearth.cluster;

import java.util.Locale;

/// What servers that share a database keep in mind beside functions, and look at anew when one of them changes it.
public enum Topic {
    ACCESS_KEYS,
    DRAINS;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
