package hearth.worker.runtimeapi;

/// A request that cannot be understood; its connection is answered and closed.
final class MalformedRequest extends Exception {
    private final transient RuntimeAnswer answer;

    MalformedRequest(String what) {
        this(what, RuntimeAnswer.BAD_REQUEST);
    }

    MalformedRequest(String what, RuntimeAnswer answer) {
        // A hostile runtime may cause any number of these: no stack is taken.
        super(what, null, false, false);
        this.answer = answer;
    }

    RuntimeAnswer answer() {
        return answer;
    }
}
