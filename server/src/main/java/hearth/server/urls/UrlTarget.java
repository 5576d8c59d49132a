package hearth.server.urls;

import hearth.server.http.RequestHead;
import java.util.Locale;
import java.util.Optional;

/// The function URL that a request names, by its host (`ID.lambda-url.REGION.…`) or by its path (`/_hearth/urls/ID/…`).
///
/// @param id the URL's id, as far as anybody knows: there need not be such a URL
/// @param region the region that the host names; empty where the path names the URL
/// @param domainName the host without its port; empty where the path names the URL
/// @param path the path that the function is told: as sent, without what names the URL
record UrlTarget(String id, String region, String domainName, String path) {
    /// Under which URLs are found by clients that cannot resolve their names.
    static final String PATHS = "/_hearth/urls/";

    /// The label behind a URL's id.
    static final String LABEL = ".lambda-url.";

    private static final int LONGEST_LABEL = 63;

    /// The target of a request; empty of one that is for no function URL.
    static Optional<UrlTarget> of(RequestHead head) {
        var path = head.path();
        var host = head.headers().first("host").orElse("");
        if (isUrl(host)) {
            // All paths under its name are the function's.
            return Optional.of(named(host, path));
        }
        if (!path.startsWith(PATHS)) {
            return Optional.empty();
        }
        int end = path.indexOf('/', PATHS.length());
        return Optional.of(
                end < 0
                        ? new UrlTarget(path.substring(PATHS.length()), "", "", "/")
                        : new UrlTarget(path.substring(PATHS.length(), end), "", "", path.substring(end)));
    }

    private static boolean isUrl(String host) {
        int dot = host.indexOf('.');
        return dot >= 0 && host.regionMatches(true, dot, LABEL, 0, LABEL.length());
    }

    /// A host whose other labels are none of a URL's names a URL that is not there.
    private static UrlTarget named(String host, String path) {
        var domainName = withoutPort(host.toLowerCase(Locale.ROOT));
        int idEnd = domainName.indexOf('.');
        int regionBegin = idEnd + LABEL.length();
        int regionEnd = domainName.indexOf('.', regionBegin);
        // Behind the region there is a domain, perhaps with the dot that ends an absolute name.
        boolean isWhole = regionEnd > 0
                && regionEnd + 1 < domainName.length()
                && isLabel(domainName, 0, idEnd)
                && isLabel(domainName, regionBegin, regionEnd);
        return isWhole
                ? new UrlTarget(
                        domainName.substring(0, idEnd), domainName.substring(regionBegin, regionEnd), domainName, path)
                : new UrlTarget("", "", domainName, path);
    }

    private static boolean isLabel(String name, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return from < to && to - from <= LONGEST_LABEL;
    }

    private static String withoutPort(String host) {
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    /// Whether the path names the URL.
    boolean isByPath() {
        return domainName.isEmpty();
    }
}
