package hearth.server.urls;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.model.api.ApiResponse;
import hearth.server.http.HttpResponse;
import hearth.server.http.StreamedBody;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/// Makes the answer to one request of what becomes of its invocation.
final class UrlAnswer implements DispatchListener {
    private static final Logger LOG = System.getLogger(UrlAnswer.class.getName());
    private static final byte[] NOTHING = {};

    /// How many times its bytes an answer takes while it is read: as it came, as text, and as the body.
    private static final int READ = 3;

    private final UrlRequest request;
    /// Null until the function begins to answer piece by piece.
    private @Nullable Stream stream;

    UrlAnswer(UrlRequest request) {
        this.request = request;
    }

    @Override
    public AnswerStream begins(String contentType) {
        var begun = new Stream();
        stream = begun;
        request.guarded(() -> begun.begin(contentType));
        return begun;
    }

    @Override
    public void ended(DispatchOutcome outcome) {
        request.ended();
        request.guarded(() -> {
            switch (outcome) {
                case DispatchOutcome.Answered(var payload, var contentType, var _) -> answered(payload, contentType);
                case DispatchOutcome.Streamed _ -> streamed();
                case DispatchOutcome.FunctionError _, DispatchOutcome.NotRunnable _ -> refuse(UrlRefusals.failed());
                case DispatchOutcome.Throttled _ -> refuse(UrlRefusals.throttled());
                case DispatchOutcome.Unavailable(var reason) ->
                    refuse(
                            switch (reason) {
                                case NO_CAPACITY -> UrlRefusals.throttled();
                                case CLOSED -> UrlRefusals.unavailable();
                                case NOT_COUNTED,
                                        TOO_LARGE,
                                        NOT_READY,
                                        REFUSED,
                                        NO_ANSWER,
                                        WORKER_LOST,
                                        SAME_ID,
                                        DEFECT -> UrlRefusals.failed();
                            });
            }
        });
    }

    private void answered(byte[] payload, String contentType) {
        if (request.streams()) {
            unstreamed(payload, contentType);
        } else if (payload.length <= UrlRequest.SMALL) {
            buffered(payload);
        } else {
            // Whoever has collected it counts it only until this returns.
            long taken = (long) READ * payload.length;
            var memory = request.running().memory();
            memory.hold(taken);
            request.running().background().execute(() -> {
                try {
                    request.guarded(() -> buffered(payload));
                } finally {
                    memory.giveBack(taken);
                }
            });
        }
    }

    private void buffered(byte[] payload) {
        FunctionAnswer answer;
        try {
            answer = FunctionAnswer.of(payload);
        } catch (UnusableAnswerException e) {
            unusable(e);
            return;
        }
        var head = answer.head();
        head.headers().putIfAbsent("Content-Type", ApiResponse.JSON);
        request.answer(new HttpResponse(head.status(), head.headers(), head.cookies(), answer.body()));
    }

    /// The whole answer of a function that does not stream, behind a URL that does: it says nothing of HTTP, unless its
    /// type says that it does.
    private void unstreamed(byte[] payload, String contentType) {
        var begun = new Stream();
        stream = begun;
        begun.begin(contentType);
        begun.write(payload, () -> {});
        streamed();
    }

    private void streamed() {
        if (stream != null) {
            stream.end();
        }
    }

    private void refuse(HttpResponse refusal) {
        if (stream == null) {
            request.answer(refusal);
        } else {
            stream.fail(refusal);
        }
    }

    private void unusable(UnusableAnswerException why) {
        LOG.log(
                Level.DEBUG,
                "{0} answered {1} with what is no HTTP answer: {2}",
                request.resource(),
                request.exchange().requestId(),
                why.getMessage());
        request.answer(UrlRefusals.failed());
    }

    /// The answer of a function that streams, on its way to the client.
    private final class Stream implements AnswerStream {
        /// Null once the head is known, and where the function gives none.
        private @Nullable Prelude prelude;
        /// Null until the head is sent, and where no body is to be.
        private @Nullable StreamedBody body;

        void begin(String contentType) {
            if (Prelude.comesWith(contentType)) {
                prelude = new Prelude();
            } else {
                var head = new FunctionHead();
                if (!contentType.isBlank()) {
                    head.headers().put("Content-Type", contentType);
                }
                send(head);
            }
        }

        @Override
        public void write(byte[] piece, Runnable taken) {
            if (prelude == null) {
                pass(piece, taken);
                return;
            }
            Prelude.Ended ended;
            try {
                ended = prelude.take(piece);
            } catch (UnusableAnswerException e) {
                prelude = null;
                unusable(e);
                taken.run();
                return;
            }
            if (ended == null) {
                taken.run();
                return;
            }
            prelude = null;
            send(ended.head());
            pass(ended.body(), taken);
        }

        private void pass(byte[] piece, Runnable taken) {
            if (body == null || piece.length == 0) {
                taken.run();
            } else {
                body.write(piece, taken);
            }
        }

        private void send(FunctionHead head) {
            head.headers().putIfAbsent("Content-Type", "application/octet-stream");
            if (head.isBodiless() || request.isHead()) {
                request.answer(new HttpResponse(head.status(), head.headers(), head.cookies(), NOTHING));
            } else {
                body = request.exchange().begin(head.status(), request.completed(head.headers()), head.cookies());
            }
        }

        void end() {
            if (body != null) {
                body.end(NOTHING);
            } else if (prelude != null) {
                unusable(new UnusableAnswerException("it ended before its prelude did"));
            }
        }

        /// A head that was sent cannot be taken back, so that the client sees an answer without an end.
        void fail(HttpResponse refusal) {
            if (body != null) {
                body.breakOff();
            } else {
                request.answer(refusal);
            }
        }
    }
}
