package hearth.server.services;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import hearth.server.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The form in which an AWS service tells of an error. A client that is told it in another form shows a failure of
/// its own parser instead.
enum WireProtocol {
    /// `Action=…`, and answers in XML: STS, SNS, IAM and others. Route 53 and CloudFront have the same errors.
    QUERY,
    /// The form of QUERY, for a client that asks for JSON.
    QUERY_IN_JSON,
    EC2,
    S3,
    JSON_1_0,
    JSON_1_1,
    REST_JSON,
    /// Smithy's RPC v2, in CBOR.
    RPC_V2_CBOR;

    private static final byte CBOR_MAP_OF_TWO = (byte) 0xa2;
    private static final int CBOR_TEXT_OF_TWO_BYTES_LENGTH = 0x79;

    /// @param code the error's name
    /// @param message without a mark that XML gives a meaning to
    HttpResponse error(int status, String code, String message, String requestId) {
        return switch (this) {
            case QUERY ->
                text(
                        status,
                        "text/xml",
                        "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message
                                + "</Message></Error><RequestId>" + requestId + "</RequestId></ErrorResponse>\n");
            case QUERY_IN_JSON ->
                text(
                        status,
                        "application/json",
                        "{\"Error\":{\"Code\":\"" + code + "\",\"Message\":\"" + json(message)
                                + "\",\"Type\":\"Sender\"},\"RequestId\":\"" + requestId + "\"}\n");
            case EC2 ->
                text(
                        status,
                        "text/xml",
                        "<Response><Errors><Error><Code>" + code + "</Code><Message>" + message
                                + "</Message></Error></Errors><RequestID>" + requestId + "</RequestID></Response>\n");
            case S3 ->
                text(
                        status,
                        "application/xml",
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>"
                                + message + "</Message><RequestId>" + requestId + "</RequestId></Error>\n");
            case JSON_1_0 -> text(status, "application/x-amz-json-1.0", typed(code, message));
            case JSON_1_1 -> text(status, "application/x-amz-json-1.1", typed(code, message));
            case REST_JSON ->
                new HttpResponse(
                        status,
                        Map.of("Content-Type", "application/json", "x-amzn-ErrorType", code),
                        utf8("{\"message\":\"" + json(message) + "\"}\n"));
            case RPC_V2_CBOR ->
                new HttpResponse(
                        status,
                        Map.of("Content-Type", "application/cbor", "smithy-protocol", "rpc-v2-cbor"),
                        cbor(code, message));
        };
    }

    private static String typed(String code, String message) {
        return "{\"__type\":\"" + code + "\",\"message\":\"" + json(message) + "\"}\n";
    }

    private static byte[] cbor(String code, String message) {
        var out = new ByteArrayOutputStream();
        out.write(CBOR_MAP_OF_TWO);
        for (var text : new String[] {"__type", code, "message", message}) {
            var bytes = utf8(text);
            out.write(CBOR_TEXT_OF_TWO_BYTES_LENGTH);
            out.write(bytes.length >> 8);
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    static HttpResponse text(int status, String contentType, String body) {
        return new HttpResponse(status, Map.of("Content-Type", contentType), utf8(body));
    }

    private static String json(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
