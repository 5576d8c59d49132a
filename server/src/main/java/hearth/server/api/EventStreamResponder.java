package hearth.server.api;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.InvocationResponder;
import hearth.invoke.frontend.InvocationResponse;
import hearth.model.ApiException;
import hearth.model.api.InvokeWithResponseStreamCompleteEvent;
import hearth.model.api.JsonOutput;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.StreamedBody;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Answers `InvokeWithResponseStream`: an event stream with the answer in `PayloadChunk`s and an `InvokeComplete`
/// behind it. A failure comes in the latter alone.
final class EventStreamResponder implements InvocationResponder {
    private static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";

    /// How much of an answer that is there already goes into one message.
    private static final int CHUNK = 64 << 10;

    private final Exchange exchange;
    private StreamedBody body = StreamedBody.NOWHERE;

    EventStreamResponder(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void refuse(ApiException refusal) {
        exchange.answer(Answers.of(refusal));
    }

    @Override
    public void answer(InvocationResponse response) {
        if (response.status() != 200) {
            exchange.answer(Answers.of(response));
            return;
        }
        var messages = new ByteArrayOutputStream();
        if (response.functionError() == null) {
            var payload = response.payload();
            for (int at = 0; at < payload.length; at += CHUNK) {
                messages.writeBytes(EventStreamMessage.payloadChunk(payload, at, Math.min(CHUNK, payload.length - at)));
            }
        }
        messages.writeBytes(lastMessage(response));
        exchange.answer(new HttpResponse(200, Answers.headOf(response, CONTENT_TYPE), messages.toByteArray()));
    }

    @Override
    public AnswerStream begin(InvocationResponse head) {
        body = exchange.begin(200, Answers.headOf(head, CONTENT_TYPE));
        return (piece, taken) -> body.write(EventStreamMessage.payloadChunk(piece, 0, piece.length), taken);
    }

    @Override
    public void complete(InvocationResponse end) {
        body.end(lastMessage(end));
    }

    private static byte[] lastMessage(InvocationResponse end) {
        var error = end.functionError();
        var event = new InvokeWithResponseStreamCompleteEvent(
                error, error == null ? null : new String(end.payload(), StandardCharsets.UTF_8), end.logResult());
        return EventStreamMessage.invokeComplete(JsonOutput.bytes(event::write));
    }
}
