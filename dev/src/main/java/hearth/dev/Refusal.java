package hearth.dev;

/// The reason for which no tests can be run, said to whoever asked for them.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
        super(message);
    }
}
