package hearth.server.urls;

/// A function's answer that no HTTP answer can be made of.
final class UnusableAnswerException extends Exception {
    UnusableAnswerException(String why) {
        super(why, null, false, false);
    }
}
