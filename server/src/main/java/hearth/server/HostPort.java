package hearth.server;

import java.net.InetAddress;
import java.util.regex.Pattern;

/// An address with a port, such as `10.0.0.1:9100`, `[::1]:9100` or `host1:9100`.
///
/// @param host without brackets
public record HostPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(\\[([0-9A-Fa-f:.]+)]|[A-Za-z0-9._-]+):(\\d{1,5})");

    /// @throws IllegalArgumentException for anything else; the message says what is wanted
    public static HostPort parse(String text) {
        var form = FORM.matcher(text);
        if (form.matches()) {
            int port = Integer.parseInt(form.group(3));
            if (port <= 65_535) {
                return new HostPort(form.group(2) == null ? form.group(1) : form.group(2), port);
            }
        }
        throw new IllegalArgumentException("is an address with a port, such as 10.0.0.1:9100, and not " + text);
    }

    /// Whether it stands for all addresses of this host, so that no other host can connect to it.
    public boolean isWildcard() {
        try {
            return InetAddress.ofLiteral(host).isAnyLocalAddress();
        } catch (IllegalArgumentException e) {
            // A name.
            return false;
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
