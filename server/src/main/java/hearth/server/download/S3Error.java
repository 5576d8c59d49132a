package hearth.server.download;

import hearth.server.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A refusal in the form that S3 gives to its own.
///
/// @param details further elements, as XML
record S3Error(int status, String code, String message, String details) {
    S3Error(int status, String code, String message) {
        this(status, code, message, "");
    }

    HttpResponse response(String requestId) {
        var xml = """
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>%s</Code><Message>%s</Message>%s<RequestId>%s</RequestId></Error>""".formatted(code, message, details, requestId);
        return new HttpResponse(
                status, Map.of("Content-Type", "application/xml"), xml.getBytes(StandardCharsets.UTF_8));
    }
}
