package hearth.server.invoke;

import hearth.invoke.frontend.DispatchOutcome;
import hearth.model.ApiException;
import hearth.model.api.ApiResponse;
import hearth.model.worker.InvocationOutcome;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers `Invoke`: with the function's answer or its error as the body, byte for byte. Whatever type the runtime gave
/// it, AWS says that it is JSON.
public final class WholeResponder implements InvokeResponder {
    private static final byte[] NOTHING = {};

    private final Exchange exchange;

    public WholeResponder(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void answer(AnswerHead head, DispatchOutcome.Ran outcome) {
        exchange.answer(
                switch (outcome) {
                    case DispatchOutcome.Answered(var payload, var _, var logTail) ->
                        response(head, payload, null, logTail);
                    // Only of an invocation that streams, whose answer is not whole.
                    case DispatchOutcome.Streamed(var logTail) -> response(head, NOTHING, null, logTail);
                    case DispatchOutcome.FunctionError(var payload, var _, var logTail) ->
                        response(head, payload, InvocationOutcome.Failed.UNHANDLED, logTail);
                });
    }

    private static HttpResponse response(
            AnswerHead head, byte[] payload, @Nullable String functionError, byte @Nullable [] logTail) {
        var headers = head.headers(ApiResponse.JSON);
        if (functionError != null) {
            headers.put("X-Amz-Function-Error", functionError);
        }
        if (logTail != null) {
            headers.put("X-Amz-Log-Result", Base64.getEncoder().encodeToString(logTail));
        }
        return new HttpResponse(200, headers, payload);
    }

    @Override
    public void accepted(String traceHeader) {
        exchange.answer(new HttpResponse(202, Map.of("X-Amzn-Trace-Id", traceHeader), NOTHING));
    }

    @Override
    public void noContent() {
        exchange.answer(noContentResponse());
    }

    static HttpResponse noContentResponse() {
        return new HttpResponse(204, Map.of(), NOTHING);
    }

    @Override
    public void refuse(ApiException refusal) {
        exchange.answer(HttpResponse.of(refusal));
    }
}
