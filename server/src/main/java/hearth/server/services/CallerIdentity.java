package hearth.server.services;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.QueryParameters;
import hearth.model.api.RequestBody;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.auth.Authentication;
import hearth.server.auth.Authenticator;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RefusedRequestException;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;

/// `GetCallerIdentity` of STS, by which clients ask who they are before they do anything else.
final class CallerIdentity implements RequestHandler {
    private static final String ACTION = "GetCallerIdentity";
    private static final String VERSION = "2011-06-15";
    private static final int LARGEST_BODY = 64 << 10;
    private static final int NO_SUCH = 400;

    private final ServiceRequest request;
    private final RequestHead head;
    private final Exchange exchange;
    private final Authentication authentication;

    private CallerIdentity(ServiceRequest request, RequestHead head, Exchange exchange, Authentication authentication) {
        this.request = request;
        this.head = head;
        this.exchange = exchange;
        this.authentication = authentication;
    }

    static RequestHandler intake(
            ServiceRequest request, RequestHead head, Exchange exchange, Authenticator authenticator) {
        try {
            return new CallerIdentity(request, head, exchange, authenticator.begin(head, "sts"));
        } catch (ApiException refusal) {
            throw new RefusedRequestException(refusal(refusal, request, exchange));
        }
    }

    @Override
    public int bodyLimit() {
        return LARGEST_BODY;
    }

    @Override
    public ApiException tooLarge() {
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE, "Request must be smaller than " + LARGEST_BODY + " bytes.");
    }

    @Override
    public boolean hashesBody() {
        return authentication.needsBodyHash();
    }

    @Override
    public void serve(RequestBody body, byte[] sha256) {
        exchange.answer(answer(body, sha256));
    }

    private HttpResponse answer(RequestBody body, byte[] sha256) {
        try {
            var authenticated = authentication.check(body, sha256);
            var action = action(authenticated.body().toByteArray());
            if (ACTION.equals(action)) {
                return identity(authenticated.caller());
            }
            return request.protocol().error(NO_SUCH, "InvalidAction", unknown(), exchange.requestId());
        } catch (ApiException refusal) {
            return refusal(refusal, request, exchange);
        }
    }

    /// The action that is asked for: in the body of a `POST`, in the query of a presigned URL.
    private String action(byte[] body) {
        var parameters = head.method().equals("GET") ? head.query() : new String(body, StandardCharsets.UTF_8);
        var action = QueryParameters.parse(parameters).first("Action");
        return action == null ? "" : action;
    }

    private String unknown() {
        return request.service().isEmpty()
                ? request.advice()
                : "Hearth serves AWS Lambda, and of STS " + ACTION
                        + " alone. Set AWS_ENDPOINT_URL_STS to where the rest" + " of it is served.";
    }

    private HttpResponse identity(AuthenticatedCaller caller) {
        var arn = caller.arn();
        var userId = caller.userId();
        var account = caller.accountName();
        if (request.protocol() == WireProtocol.QUERY_IN_JSON) {
            return WireProtocol.text(
                    200, "application/json", """
                    {"GetCallerIdentityResponse":{"GetCallerIdentityResult":\
                    {"Account":"%s","Arn":"%s","UserId":"%s"},"ResponseMetadata":{"RequestId":"%s"}}}
                    """.formatted(account, arn, userId, exchange.requestId()));
        }
        return WireProtocol.text(200, "text/xml", """
                <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/%s/">
                  <GetCallerIdentityResult>
                    <Arn>%s</Arn>
                    <UserId>%s</UserId>
                    <Account>%s</Account>
                  </GetCallerIdentityResult>
                  <ResponseMetadata>
                    <RequestId>%s</RequestId>
                  </ResponseMetadata>
                </GetCallerIdentityResponse>
                """.formatted(VERSION, arn, userId, account, exchange.requestId()));
    }

    private static HttpResponse refusal(ApiException refusal, ServiceRequest request, Exchange exchange) {
        var code =
                switch (refusal.error()) {
                    case UNRECOGNIZED_CLIENT -> "InvalidClientTokenId";
                    case INVALID_SIGNATURE -> "SignatureDoesNotMatch";
                    case EXPIRED_TOKEN -> "ExpiredToken";
                    case MISSING_AUTHENTICATION_TOKEN -> "MissingAuthenticationToken";
                    case INCOMPLETE_SIGNATURE -> "IncompleteSignature";
                    case ACCESS_DENIED -> "AccessDenied";
                    default -> refusal.error().wireName();
                };
        return request.protocol()
                .error(refusal.error().status(), code, withoutMarks(refusal.message()), exchange.requestId());
    }

    /// What a refusal quotes of the request might be taken for XML.
    private static String withoutMarks(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
