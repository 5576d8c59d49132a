package hearth.server.services;

import hearth.model.endpoints.ServiceName;
import hearth.server.auth.CredentialScope;
import hearth.server.http.RequestHead;
import java.util.Locale;
import java.util.Optional;

/// A request for another service than Lambda, as its head shows it.
///
/// @param service as its requests are signed, such as `s3`; empty where the head does not say it
/// @param target `X-Amz-Target`; empty where there is none
/// @param protocol that its client understands
record ServiceRequest(String service, String target, WireProtocol protocol) {
    private static final String LAMBDA = "lambda";
    private static final String STS = "sts";

    /// Reads a head; empty for a request of Lambda's API, or one that nothing is known of.
    static Optional<ServiceRequest> of(RequestHead head) {
        var service = service(head);
        if (service.equals(LAMBDA)) {
            return Optional.empty();
        }
        var headers = head.headers();
        var target = plain(headers.first("x-amz-target").orElse(""), 128);
        var contentType = headers.first("content-type").orElse("").toLowerCase(Locale.ROOT);
        boolean cbor = headers.first("smithy-protocol").orElse("").equals("rpc-v2-cbor");
        boolean query = contentType.startsWith("application/x-www-form-urlencoded")
                || ("&" + head.query()).contains("&Action=");
        if (service.isEmpty() && target.isEmpty() && !cbor && !(query && isAtRoot(head))) {
            return Optional.empty();
        }
        return Optional.of(
                new ServiceRequest(service, target, protocol(head, service, target, contentType, cbor, query)));
    }

    private static WireProtocol protocol(
            RequestHead head, String service, String target, String contentType, boolean cbor, boolean query) {
        if (cbor) {
            return WireProtocol.RPC_V2_CBOR;
        }
        if (!target.isEmpty()) {
            return contentType.startsWith("application/x-amz-json-1.0") ? WireProtocol.JSON_1_0 : WireProtocol.JSON_1_1;
        }
        return switch (service) {
            case "ec2" -> WireProtocol.EC2;
            case "s3", "s3express", "s3-object-lambda" -> WireProtocol.S3;
            case "route53", "cloudfront" -> WireProtocol.QUERY;
            default -> {
                if (!query && !service.equals(STS)) {
                    yield WireProtocol.REST_JSON;
                }
                yield head.headers().first("accept").orElse("").startsWith("application/json")
                        ? WireProtocol.QUERY_IN_JSON
                        : WireProtocol.QUERY;
            }
        };
    }

    /// Whether it may be for STS: where nothing says whom a query is for, its body does.
    boolean mayBeForSts() {
        boolean query = protocol == WireProtocol.QUERY || protocol == WireProtocol.QUERY_IN_JSON;
        return query && (service.equals(STS) || service.isEmpty());
    }

    /// The advice for its caller: what to change.
    String advice() {
        var what = !service.isEmpty() ? service : !target.isEmpty() ? target : "another service";
        var variable = service.isEmpty()
                ? "AWS_ENDPOINT_URL_SERVICE"
                : ServiceName.of(service).variable();
        return "Hearth serves AWS Lambda, and this request is for " + what + ". Set " + variable
                + " to where that is served; to send nothing but Lambda's requests to Hearth, set"
                + " AWS_ENDPOINT_URL_LAMBDA instead of AWS_ENDPOINT_URL.";
    }

    private static boolean isAtRoot(RequestHead head) {
        return head.path().equals("/")
                && (head.method().equals("POST") || head.method().equals("GET"));
    }

    private static String service(RequestHead head) {
        var service = CredentialScope.of(head).map(CredentialScope::service).orElse("");
        return plain(service.toLowerCase(Locale.ROOT), 64);
    }

    /// The name, if it needs no quoting anywhere; else nothing.
    private static String plain(String text, int longest) {
        boolean plain = text.length() <= longest
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '-'
                                || c == '_'
                                || c == '.');
        return plain ? text : "";
    }
}
