package hearth.model.endpoints;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The addresses of the services around Lambda, as AWS's own clients are told them. A service that nobody names has
/// no endpoint here: Hearth asks none of AWS's own unless it is told to.
///
/// @param common of every service without one of its own
/// @param own of single services
public record ServiceEndpoints(Optional<URI> common, SortedMap<ServiceName, URI> own) {
    public static final ServiceEndpoints NONE = new ServiceEndpoints(Optional.empty(), new TreeMap<>());

    private static final String COMMON = "AWS_ENDPOINT_URL";
    private static final String PREFIX = COMMON + "_";
    private static final String IGNORED = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

    public ServiceEndpoints {
        own = Collections.unmodifiableSortedMap(new TreeMap<>(own));
    }

    /// Reads them from `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_SERVICE`, unless
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true.
    ///
    /// @throws IllegalArgumentException for a value that is no URL of an endpoint
    public static ServiceEndpoints of(Map<String, String> environment) {
        if (Boolean.parseBoolean(environment.get(IGNORED))) {
            return NONE;
        }
        var own = new TreeMap<ServiceName, URI>();
        environment.forEach((variable, value) -> {
            if (variable.startsWith(PREFIX) && !value.isEmpty()) {
                own.put(ServiceName.of(variable.substring(PREFIX.length())), url(variable, value));
            }
        });
        var common = environment.getOrDefault(COMMON, "");
        return new ServiceEndpoints(common.isEmpty() ? Optional.empty() : Optional.of(url(COMMON, common)), own);
    }

    /// The same, but for those services.
    ///
    /// @param assignments such as `s3=http://127.0.0.1:9001`; a later one of the same service counts
    /// @throws IllegalArgumentException for one that is not of this form
    public ServiceEndpoints with(List<String> assignments) {
        var more = new TreeMap<>(own);
        for (var assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("is such as s3=http://127.0.0.1:9001, and not " + assignment);
            }
            var service = ServiceName.of(assignment.substring(0, equals).strip());
            more.put(
                    service,
                    url("of " + service, assignment.substring(equals + 1).strip()));
        }
        return new ServiceEndpoints(common, more);
    }

    /// The address of a service; empty when nobody has said it.
    public Optional<URI> of(ServiceName service) {
        return Optional.ofNullable(own.get(service)).or(() -> common);
    }

    /// The settings that tell AWS's clients of them, as the variables that name them and their values.
    public SortedMap<String, URI> variables() {
        var variables = new TreeMap<String, URI>();
        common.ifPresent(url -> variables.put(COMMON, url));
        own.forEach((service, url) -> variables.put(service.variable(), url));
        return variables;
    }

    /// The address without the slashes at its end.
    private static URI url(String what, String text) {
        try {
            var url = new URI(text.replaceAll("/+$", ""));
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (web
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getPort() <= 65_535) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(what + " is no URL: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(what + " is such as http://127.0.0.1:4566, and not " + text);
    }
}
