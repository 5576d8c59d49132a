package hearth.server.cli;

import hearth.server.HostPort;
import java.util.regex.Pattern;

/// A member that a load balancer sends requests to.
///
/// @param address where its API listens
/// @param zone of its host; empty for none
record BalancedMember(String name, HostPort address, String zone) {
    /// As `hearth cluster certificate` takes them, and HAProxy too.
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";

    private static final Pattern FORM = Pattern.compile("(" + NAME + ")=([^@]+)(?:@(" + NAME + "))?");

    /// Reads `NAME=HOST:PORT` or `NAME=HOST:PORT@ZONE`.
    ///
    /// @throws IllegalArgumentException for anything else; the message says what is wanted
    static BalancedMember parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "is such as host1=10.0.0.1:9000, or host1=10.0.0.1:9000@ZONE, and not " + text);
        }
        return new BalancedMember(
                form.group(1), HostPort.parse(form.group(2)), form.group(3) == null ? "" : form.group(3));
    }
}
