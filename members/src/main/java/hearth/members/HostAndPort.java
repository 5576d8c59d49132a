package hearth.members;

/// Where a process listens. An address of IPv6 is without brackets here.
public record HostAndPort(String host, int port) {
    /// @throws IllegalArgumentException for what is not such as 10.0.0.1:9200 or [::1]:9200
    public static HostAndPort parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon > 0) {
                var host = text.substring(0, colon);
                int port = Integer.parseInt(text.substring(colon + 1));
                return new HostAndPort(
                        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host, port);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is such as 10.0.0.1:9200, and not " + text, e);
        }
        throw new IllegalArgumentException("is such as 10.0.0.1:9200, and not " + text);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
