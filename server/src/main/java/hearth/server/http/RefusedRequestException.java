package hearth.server.http;

/// A refusal whose answer is made already, for a caller who would not understand the service's own form.
public final class RefusedRequestException extends RuntimeException {
    private final transient HttpResponse answer;

    public RefusedRequestException(HttpResponse answer) {
        // Refusals are answers, not faults: no one reads their stack.
        super(null, null, false, false);
        this.answer = answer;
    }

    HttpResponse answer() {
        return answer;
    }
}
