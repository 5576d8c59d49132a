package hearth.cluster.bucket;

import hearth.model.Bytes;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where packages are kept, as it is written:
/// `s3://BUCKET[/PREFIX][?endpoint=URL&region=REGION&path-style=true&cache=MIB]`.
///
/// @param prefix of all keys: empty, or ends with a slash
/// @param endpoint of the server; empty for AWS's own
/// @param region empty for that of the environment
/// @param pathStyle whether the bucket is named in the path of URLs, and not in their host
/// @param cache what copies of packages may take on this host
public record BucketLocation(
        String bucket, String prefix, Optional<URI> endpoint, Optional<String> region, boolean pathStyle, Bytes cache) {
    /// A form to show.
    public static final String EXAMPLE =
            "s3://packages/hearth?endpoint=http://127.0.0.1:9000&region=eu-west-1&path-style=true";

    private static final Pattern FORM = Pattern.compile("s3://([^/?#]*)(?:/([^?#]*))?(?:\\?([^#]*))?");
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");
    private static final int DEFAULT_CACHE_MIB = 10 << 10;

    /// The largest package that there is must have room, and the one after it.
    private static final int LEAST_CACHE_MIB = 512;

    private static final int MOST_CACHE_MIB = 1 << 24;

    /// @throws IllegalArgumentException for what is no such place; the message goes on after the option's name
    public static BucketLocation parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw wrong("is such as " + EXAMPLE + ", and not " + text);
        }
        var bucket = parts.group(1);
        if (!BUCKET.matcher(bucket).matches()) {
            throw wrong("names a bucket of 3 to 63 small letters, digits, dots and hyphens, and not " + bucket);
        }
        var prefix = parts.group(2) == null ? "" : parts.group(2).replaceAll("/+$", "");
        if (!prefix.isEmpty() && !PREFIX.matcher(prefix).matches()) {
            throw wrong("has a prefix of letters, digits, !_.*'()- and single slashes, and not " + prefix);
        }
        var settings = settings(parts.group(3) == null ? "" : parts.group(3));
        var endpoint = Optional.ofNullable(settings.remove("endpoint")).map(BucketLocation::endpoint);
        var region = Optional.ofNullable(settings.remove("region"));
        if (region.filter(named -> !REGION.matcher(named).matches()).isPresent()) {
            throw wrong("has a region such as eu-west-1, and not " + region.get());
        }
        // A server of one's own is rarely found under a name for each bucket.
        boolean pathStyle = flag(settings.remove("path-style"), endpoint.isPresent());
        var cache = cache(settings.remove("cache"));
        if (!settings.isEmpty()) {
            throw wrong("knows endpoint, region, path-style and cache after its ?, and not "
                    + String.join(", ", settings.keySet()));
        }
        return new BucketLocation(bucket, prefix.isEmpty() ? "" : prefix + "/", endpoint, region, pathStyle, cache);
    }

    private static Map<String, String> settings(String query) {
        var settings = new LinkedHashMap<String, String>();
        for (var setting : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw wrong("has NAME=VALUE after its ?, joined by &, and not " + setting);
            }
            var name = setting.substring(0, equals);
            if (settings.put(name, decoded(setting.substring(equals + 1))) != null) {
                throw wrong("has " + name + " twice");
            }
        }
        return settings;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong("has a % without two hexadecimal digits: " + text);
        }
    }

    private static URI endpoint(String text) {
        try {
            var url = new URI(text.replaceAll("/+$", ""));
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (web && url.getHost() != null && url.getRawQuery() == null && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw wrong("has an endpoint that is no URL: " + e.getMessage());
        }
        throw wrong("has an endpoint such as http://127.0.0.1:9000, and not " + text);
    }

    private static boolean flag(@Nullable String text, boolean otherwise) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            case null -> otherwise;
            default -> throw wrong("has path-style=true or path-style=false, and not " + text);
        };
    }

    private static Bytes cache(@Nullable String text) {
        if (text == null) {
            return Bytes.mebibytes(DEFAULT_CACHE_MIB);
        }
        if (text.matches("[0-9]{1,9}")) {
            int mebibytes = Integer.parseInt(text);
            if (mebibytes >= LEAST_CACHE_MIB && mebibytes <= MOST_CACHE_MIB) {
                return Bytes.mebibytes(mebibytes);
            }
        }
        throw wrong("has a cache of %d to %d MiB, and not %s".formatted(LEAST_CACHE_MIB, MOST_CACHE_MIB, text));
    }

    private static IllegalArgumentException wrong(String message) {
        return new IllegalArgumentException(message);
    }

    /// The place without its settings, for messages.
    @Override
    public String toString() {
        return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1))
                + endpoint.map(url -> " at " + url).orElse("");
    }
}
