package hearth.server.invoke;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.model.ApiException;
import hearth.model.api.InvokeWithResponseStreamCompleteEvent;
import hearth.model.api.JsonOutput;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.StreamedBody;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers `InvokeWithResponseStream`: an event stream with the answer in `PayloadChunk`s and an `InvokeComplete`
/// behind it. A failure comes in the latter alone.
public final class EventStreamResponder implements InvokeResponder {
    private static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";
    private static final byte[] NOTHING = {};

    /// How much of an answer that is there already goes into one message.
    private static final int CHUNK = 64 << 10;

    private final Exchange exchange;
    /// Null until the answer is begun. Written and read on the thread that tells of the invocation.
    private volatile @Nullable StreamedBody body;

    public EventStreamResponder(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public AnswerStream begin(AnswerHead head) {
        var begun = exchange.begin(200, head.headers(CONTENT_TYPE));
        body = begun;
        return (piece, taken) -> begun.write(EventStreamMessage.payloadChunk(piece, 0, piece.length), taken);
    }

    @Override
    public void answer(AnswerHead head, DispatchOutcome.Ran outcome) {
        switch (outcome) {
            case DispatchOutcome.Answered(var payload, var _, var logTail) ->
                end(head, payload, complete(null, null, logTail));
            case DispatchOutcome.Streamed(var logTail) -> end(head, NOTHING, complete(null, null, logTail));
            case DispatchOutcome.FunctionError(var payload, var error, var logTail) ->
                end(head, NOTHING, complete(error, new String(payload, StandardCharsets.UTF_8), logTail));
        }
    }

    /// @param payload that was not sent yet
    private void end(AnswerHead head, byte[] payload, byte[] complete) {
        var begun = body;
        if (begun != null) {
            begun.end(complete);
            return;
        }
        exchange.answer(whole(head.headers(CONTENT_TYPE), payload, complete));
    }

    static HttpResponse whole(Map<String, String> headers, byte[] payload, byte[] complete) {
        var messages = new ArrayList<ByteBuffer>();
        for (int at = 0; at < payload.length; at += CHUNK) {
            messages.addAll(EventStreamMessage.uncopiedChunk(payload, at, Math.min(CHUNK, payload.length - at)));
        }
        messages.add(ByteBuffer.wrap(complete));
        return new HttpResponse(200, headers, List.of(), NOTHING, messages);
    }

    @Override
    public void noContent() {
        exchange.answer(WholeResponder.noContentResponse());
    }

    @Override
    public void refuse(ApiException refusal) {
        var begun = body;
        if (begun == null) {
            exchange.answer(HttpResponse.of(refusal));
        } else {
            begun.end(complete(refusal.error().wireName(), refusal.message(), null));
        }
    }

    private static byte[] complete(@Nullable String error, @Nullable String details, byte @Nullable [] logTail) {
        var log = logTail == null ? null : Base64.getEncoder().encodeToString(logTail);
        var event = new InvokeWithResponseStreamCompleteEvent(error, details, log);
        return EventStreamMessage.invokeComplete(JsonOutput.bytes(event::write));
    }
}
