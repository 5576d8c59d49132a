package hearth.server.invoke;

import hearth.model.FunctionVersion;
import hearth.model.worker.Invocation;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the answer of a function that ran tells beside the function's own, however it ends.
///
/// @param executedVersion `X-Amz-Executed-Version`: `$LATEST` or a number
/// @param traceHeader `X-Amzn-Trace-Id`
public record AnswerHead(String executedVersion, String traceHeader) {
    static AnswerHead of(FunctionVersion version, Invocation invocation) {
        return new AnswerHead(version.version(), invocation.traceHeader());
    }

    Map<String, String> headers(String contentType) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", contentType);
        headers.put("X-Amz-Executed-Version", executedVersion);
        headers.put("X-Amzn-Trace-Id", traceHeader);
        return headers;
    }
}
