package hearth.server.urls;

import java.util.regex.Pattern;

/// The end of the names of function URLs, where it is not `localhost`: a domain whose names all lead here, perhaps by
/// way of a proxy.
///
/// @param scheme `http` or `https`; empty for `http`
/// @param port with its colon; empty for the scheme's own, or, of a suffix without a scheme, for that of the server
public record UrlSuffix(String scheme, String domain, String port) {
    private static final Pattern FORM =
            Pattern.compile("(?:(https?)://)?\\.?([a-z0-9](?:[a-z0-9.-]{0,180}[a-z0-9])?)(:[0-9]{1,5})?/?");

    /// @throws IllegalArgumentException when it is no suffix
    public static UrlSuffix parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches() || text.contains("..")) {
            throw new IllegalArgumentException(
                    "is a domain whose subdomains lead here, such as fn.example.com or https://fn.example.com, and not "
                            + text);
        }
        var scheme = form.group(1);
        var port = form.group(3);
        return new UrlSuffix(scheme == null ? "" : scheme, form.group(2), port == null ? "" : port);
    }

    /// The address of a URL.
    ///
    /// @param serverPort that the server listens on
    String address(String name, int serverPort) {
        var known = scheme.isEmpty() ? "http" : scheme;
        var shown = port.isEmpty() && scheme.isEmpty() ? ":" + serverPort : port;
        return known + "://" + name + "." + domain + shown + "/";
    }
}
