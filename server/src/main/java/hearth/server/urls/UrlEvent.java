package hearth.server.urls;

import hearth.model.api.QueryParameters;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    /// The event as JSON.
    ///
    /// @param body of which the first `length` bytes count
    /// @param largest the most bytes that the event may have
    /// @throws TooLargeException when it has more
    byte[] json(byte[] body, int length, int largest) throws TooLargeException {
        var out = new JsonText(1024);
        out.raw("{\"version\":\"2.0\",\"routeKey\":\"$default\",\"rawPath\":").string(target.path());
        out.raw(",\"rawQueryString\":").string(head.query());
        cookies(out);
        headers(out, length);
        query(out);
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
        var told = new LinkedHashMap<String, String>();
        head.headers().forEach((name, value) -> {
            if (!NOT_TOLD.contains(name) && !(url.signed() && SECRETS.contains(name))) {
                told.merge(name, Utf8.ofBytes(value), UrlEvent::joined);
            }
        });
        if (length > 0) {
            // Of a body that came in chunks as well.
            told.putIfAbsent("content-length", Integer.toString(length));
        }
        forwarded.addTo(told);
        told.put("x-amzn-trace-id", traceHeader);
        members(out, "headers", told);
    }

    private static String joined(String first, String next) {
        return first + "," + next;
    }

    private void query(JsonText out) {
        var parameters = new LinkedHashMap<String, String>();
        QueryParameters.parse(head.query()).forEach((name, value) -> parameters.merge(name, value, UrlEvent::joined));
        if (!parameters.isEmpty()) {
            members(out, "queryStringParameters", parameters);
        }
    }

    private static void members(JsonText out, String name, Map<String, String> members) {
        out.raw(",\"").raw(name).raw("\":{");
        boolean first = true;
        for (var member : members.entrySet()) {
            out.raw(first ? "" : ",").string(member.getKey()).raw(":").string(member.getValue());
            first = false;
        }
        out.raw("}");
    }

    private void context(JsonText out) {
        out.raw(",\"requestContext\":{\"accountId\":")
                .string(signer.map(by -> by.caller().account().value()).orElse("anonymous"));
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
        out.raw(",\"accountId\":").string(caller.account().value());
        out.raw(",\"callerId\":").string(caller.userId());
        out.raw(",\"cognitoIdentity\":null,\"principalOrgId\":null,\"userArn\":")
                .string(caller.arn());
        out.raw(",\"userId\":").string(caller.userId()).raw("}}");
    }

    /// How a client came to this server. A proxy that passed it on says so.
    ///
    /// @param given what the request says of proxies before
    /// @param peer who connected
    record Forwarded(Headers given, String peer, String port) {
        void addTo(Map<String, String> told) {
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
