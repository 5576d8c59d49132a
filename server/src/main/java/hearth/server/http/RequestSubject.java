package hearth.server.http;

/// Who asked for what, as far as it is known. Read once the request is answered, by another thread.
public interface RequestSubject {
    /// The operation's wire name.
    String operation();

    /// Empty while nothing is proven.
    String account();

    /// The access key that the request names; empty if it names none. Believed only if there is an account.
    String accessKey();

    String region();

    /// The name or ARN of what the operation is about; empty where it is about none.
    String resource();
}
