package hearth.cluster;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where a PostgreSQL database is, as its own clients write it:
/// `postgresql://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?PARAMETER=VALUE`.
///
/// @param hosts one or more, with ports where they are not 5432; the first that can be reached is used
/// @param parameters those of the JDBC driver, such as `sslmode=verify-full` or `currentSchema=hearth`; empty for none
public record StoreUrl(
        String hosts, String database, Optional<String> user, Optional<String> password, String parameters) {
    private static final String EXAMPLE = "postgresql://db.example.com:5432/hearth";

    private static final Pattern URL = Pattern.compile(
            "postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^@/?]*)"
                    + "(?:/(?<database>[^?]*))?(?:\\?(?<parameters>.*))?",
            Pattern.DOTALL);

    private static final Pattern HOSTS =
            Pattern.compile("([\\w.-]+|\\[[0-9a-fA-F:.]+])(:\\d{1,5})?(,([\\w.-]+|\\[[0-9a-fA-F:.]+])(:\\d{1,5})?)*");

    /// @throws IllegalArgumentException with a message for whoever wrote it, which does not hold the password
    public static StoreUrl parse(String text) {
        var matcher = URL.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is such as " + EXAMPLE);
        }
        refuseStrangeCharacters(text);
        var hosts = matcher.group("hosts");
        if (!HOSTS.matcher(hosts).matches()) {
            throw new IllegalArgumentException("names no host: it is such as " + EXAMPLE);
        }
        var database = Optional.ofNullable(matcher.group("database")).orElse("");
        if (database.isEmpty() || database.contains("/")) {
            throw new IllegalArgumentException("names no database: it is such as " + EXAMPLE);
        }
        return new StoreUrl(
                hosts,
                database,
                Optional.ofNullable(matcher.group("user"))
                        .map(StoreUrl::decoded)
                        .filter(name -> !name.isEmpty()),
                Optional.ofNullable(matcher.group("password")).map(StoreUrl::decoded),
                Optional.ofNullable(matcher.group("parameters")).orElse(""));
    }

    /// Those that stand in a URL with a percent sign only. A password is not told.
    private static void refuseStrangeCharacters(String text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each <= ' ' || each > '~' || "\"#<>\\^`{|}".indexOf(each) >= 0) {
                throw new IllegalArgumentException("has a character at position " + (i + 1)
                        + " that is written as % and two hex digits in a URL, such as %23 for #");
            }
        }
    }

    private static String decoded(String text) {
        try {
            // In this part of a URL a plus sign stands for itself.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Not with its message, which holds the text.
            throw new IllegalArgumentException("has a % without two hex digits behind it in its user or password");
        }
    }

    String jdbc() {
        return "jdbc:postgresql://" + hosts + "/" + database + (parameters.isEmpty() ? "" : "?" + parameters);
    }

    /// Without user and password, for messages.
    @Override
    public String toString() {
        return "postgresql://" + hosts + "/" + database;
    }
}
