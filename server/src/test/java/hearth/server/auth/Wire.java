package hearth.server.auth;

import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import software.amazon.awssdk.http.SdkHttpRequest;

/// Requests of AWS's SDK as the listener reads them.
final class Wire {
    private Wire() {}

    static RequestHead head(SdkHttpRequest request) {
        var headers = new Headers();
        request.forEachHeader((name, values) -> values.forEach(value -> headers.add(
                name.toLowerCase(Locale.ROOT),
                new String(value.strip().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))));
        if (headers.first("host").isEmpty()) {
            headers.add("host", request.host() + ":" + request.port());
        }
        return new RequestHead(
                request.method().name(),
                request.encodedPath().isEmpty() ? "/" : request.encodedPath(),
                request.encodedQueryParameters().orElse(""),
                1,
                headers);
    }
}
