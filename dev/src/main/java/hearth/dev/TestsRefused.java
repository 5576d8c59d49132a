package hearth.dev;

/// The reason for which no tests can be run, said to whoever asked for them.
final class TestsRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    TestsRefused(String message) {
        super(message);
    }
}
