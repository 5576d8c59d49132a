package hearth.server.services;

import hearth.server.auth.Authenticator;
import hearth.server.http.Exchange;
import hearth.server.http.RefusedRequestException;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import java.util.Optional;

/// Requests that are sent here because a client's endpoint is for all services, or for the wrong one.
public final class OtherServices {
    private static final int NO_SUCH = 400;

    private OtherServices() {}

    /// The answer to a request for another service; empty for one that is for Lambda.
    ///
    /// @throws RefusedRequestException for one that is answered by its head alone
    public static Optional<RequestHandler> intake(RequestHead head, Exchange exchange, Authenticator authenticator) {
        var request = ServiceRequest.of(head);
        if (request.isEmpty()) {
            return Optional.empty();
        }
        if (request.get().mayBeForSts()) {
            return Optional.of(CallerIdentity.intake(request.get(), head, exchange, authenticator));
        }
        throw new RefusedRequestException(request.get()
                .protocol()
                .error(NO_SUCH, code(request.get().protocol()), request.get().advice(), exchange.requestId()));
    }

    /// The name that the protocol's services have for an operation that they do not know.
    static String code(WireProtocol protocol) {
        return switch (protocol) {
            case QUERY, QUERY_IN_JSON, EC2 -> "InvalidAction";
            case S3 -> "InvalidRequest";
            case JSON_1_0, JSON_1_1, REST_JSON, RPC_V2_CBOR -> "UnknownOperationException";
        };
    }
}
