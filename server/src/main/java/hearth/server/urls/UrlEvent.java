package hearth.server.urls;

import hearth.model.api.QueryParameters;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The event that a function gets for a request to its URL: payload format 2.0.
///
/// Of a request's head all characters stand for one byte; where those bytes are UTF-8 they are told as such.
///
/// @param accountId the caller's; `anonymous` of a request that need not be signed
/// @param signer who signed; empty where nobody had to
/// @param peer the client's address, without its port
record UrlEvent(
        RequestHead head,
        UrlTarget target,
        FunctionUrl url,
        String domainName,
        Optional<Signer> signer,
        String peer,
        Forwarded forwarded,
        String requestId,
        String traceHeader,
        Instant time) {
    /// A caller who signed.
    record Signer(AuthenticatedCaller caller, String accessKey) {}

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /// The last second that was written: nearly always that of the next event too.
    private record Second(long epoch, String text) {}

    private static volatile Second lastSecond = new Second(0, TIME.format(Instant.EPOCH));

    /// What is between a client and a server alone, and what Hearth writes itself.
    private static final Set<String> NOT_TOLD = Set.of(
            "connection",
            "cookie",
            "expect",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-amzn-trace-id",
            "x-forwarded-for",
            "x-forwarded-port",
            "x-forwarded-proto");

    /// What was proven by, and would be worth something to whoever reads the function's log.
    private static final Set<String> SECRETS = Set.of("authorization", "x-amz-date", "x-amz-security-token");

    /// The same of a request that is signed in its query.
    private static final Set<String> SECRET_PARAMETERS =
            Set.of("X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature");

    /// The event as JSON.
    ///
    /// @param body of which the first `length` bytes count
    /// @param largest the most bytes that the event may have
    /// @throws TooLargeException when it has more
    byte[] json(byte[] body, int length, int largest) throws TooLargeException {
        var out = new JsonText(1024);
        out.raw("{\"version\":\"2.0\",\"routeKey\":\"$default\",\"rawPath\":").string(target.path());
        var query = queryTold();
        out.raw(",\"rawQueryString\":").string(query);
        cookies(out);
        headers(out, length);
        query(out, query);
        context(out);
        if (length == 0) {
            return out.raw(",\"isBase64Encoded\":false}").bytes();
        }
        boolean isText = BodyText.isText(head.headers().first("content-type").orElse("")) && Utf8.isValid(body, length);
        out.raw(",\"body\":\"");
        return isText
                ? BodyText.between(out.bytes(), body, length, "\",\"isBase64Encoded\":false}", largest)
                : BodyText.base64Between(out.bytes(), body, length, "\",\"isBase64Encoded\":true}", largest);
    }

    private void cookies(JsonText out) {
        var cookies = new ArrayList<String>();
        for (var line : head.headers().all("cookie")) {
            for (var cookie : line.split(";")) {
                var trimmed = cookie.strip();
                if (!trimmed.isEmpty()) {
                    cookies.add(trimmed);
                }
            }
        }
        if (!cookies.isEmpty()) {
            out.raw(",\"cookies\":[");
            for (int i = 0; i < cookies.size(); i++) {
                out.raw(i == 0 ? "" : ",").string(Utf8.ofBytes(cookies.get(i)));
            }
            out.raw("]");
        }
    }

    private void headers(JsonText out, int length) {
        var told = new Members();
        head.headers().forEach((name, value) -> {
            if (!NOT_TOLD.contains(name) && !(url.signed() && SECRETS.contains(name))) {
                told.add(name, Utf8.ofBytes(value));
            }
        });
        if (length > 0) {
            // Of a body that came in chunks as well.
            told.addIfAbsent("content-length", Integer.toString(length));
        }
        forwarded.addTo(told);
        told.put("x-amzn-trace-id", traceHeader);
        told.write(out, "headers");
    }

    /// The query, without the secrets of one that is signed in it, and not by a header.
    private String queryTold() {
        var query = head.query();
        boolean signedHere = url.signed()
                && !query.isEmpty()
                && head.headers().first("authorization").isEmpty();
        if (!signedHere) {
            return query;
        }
        return Arrays.stream(query.split("&", -1))
                .filter(parameter -> !isSecret(QueryParameters.parse(parameter)))
                .collect(Collectors.joining("&"));
    }

    private static boolean isSecret(QueryParameters parameter) {
        return SECRET_PARAMETERS.stream().anyMatch(name -> parameter.first(name) != null);
    }

    private static void query(JsonText out, String query) {
        var parameters = new Members();
        QueryParameters.parse(query).forEach(parameters::add);
        if (!parameters.isEmpty()) {
            parameters.write(out, "queryStringParameters");
        }
    }

    /// The members of an object of strings. Of those that come several times the values are joined by commas, in time
    /// that grows as their length does.
    static final class Members {
        private final Map<String, StringBuilder> values = new LinkedHashMap<>();

        void add(String name, String value) {
            var before = values.get(name);
            if (before == null) {
                values.put(name, new StringBuilder(value));
            } else {
                before.append(',').append(value);
            }
        }

        void addIfAbsent(String name, String value) {
            if (!values.containsKey(name)) {
                add(name, value);
            }
        }

        /// Instead of what came by that name.
        void put(String name, String value) {
            values.put(name, new StringBuilder(value));
        }

        boolean isEmpty() {
            return values.isEmpty();
        }

        void write(JsonText out, String name) {
            out.raw(",\"").raw(name).raw("\":{");
            boolean first = true;
            for (var member : values.entrySet()) {
                out.raw(first ? "" : ",")
                        .string(member.getKey())
                        .raw(":")
                        .string(member.getValue().toString());
                first = false;
            }
            out.raw("}");
        }
    }

    private void context(JsonText out) {
        out.raw(",\"requestContext\":{\"accountId\":")
                .string(signer.map(by -> by.caller().accountName()).orElse("anonymous"));
        out.raw(",\"apiId\":").string(url.id());
        signer.ifPresent(by -> authorizer(out, by));
        out.raw(",\"domainName\":").string(domainName);
        out.raw(",\"domainPrefix\":").string(url.id());
        out.raw(",\"http\":{\"method\":").string(head.method());
        out.raw(",\"path\":").string(target.path());
        // AWS says so of a client of HTTP/2, too.
        out.raw(",\"protocol\":\"HTTP/1.1\",\"sourceIp\":").string(peer);
        out.raw(",\"userAgent\":")
                .string(Utf8.ofBytes(head.headers().first("user-agent").orElse("")));
        out.raw("},\"requestId\":").string(requestId);
        out.raw(",\"routeKey\":\"$default\",\"stage\":\"$default\",\"time\":").string(timeText(time));
        out.raw(",\"timeEpoch\":").raw(Long.toString(time.toEpochMilli())).raw("}");
    }

    private static String timeText(Instant time) {
        var last = lastSecond;
        if (last.epoch != time.getEpochSecond()) {
            last = new Second(time.getEpochSecond(), TIME.format(time));
            lastSecond = last;
        }
        return last.text;
    }

    private static void authorizer(JsonText out, Signer signer) {
        var caller = signer.caller();
        out.raw(",\"authorizer\":{\"iam\":{\"accessKey\":").string(signer.accessKey());
        out.raw(",\"accountId\":").string(caller.accountName());
        out.raw(",\"callerId\":").string(caller.userId());
        out.raw(",\"cognitoIdentity\":null,\"principalOrgId\":");
        var organization = caller.organizationId();
        if (organization == null) {
            out.raw("null");
        } else {
            out.string(organization);
        }
        out.raw(",\"userArn\":").string(caller.arn());
        out.raw(",\"userId\":").string(caller.userId()).raw("}}");
    }

    /// How a client came to this server. A proxy that passed it on says so.
    ///
    /// @param given what the request says of proxies before
    /// @param peer who connected
    record Forwarded(Headers given, String peer, String port) {
        void addTo(Members told) {
            var before = String.join(",", given.all("x-forwarded-for"));
            told.put("x-forwarded-for", before.isBlank() ? peer : before + "," + peer);
            told.put("x-forwarded-port", given.first("x-forwarded-port").orElse(port));
            told.put("x-forwarded-proto", given.first("x-forwarded-proto").orElse("http"));
        }
    }

    /// The event has more bytes than an invocation may bring.
    static final class TooLargeException extends Exception {
        TooLargeException() {
            super("The event is too large", null, false, false);
        }
    }
}
