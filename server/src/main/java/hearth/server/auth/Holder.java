package hearth.server.auth;

/// Whose a key is, in its account.
public sealed interface Holder {
    /// The account's own: there are no users.
    record Account() implements Holder {}

    /// A function's, in its role.
    ///
    /// @param role ARN of the role
    /// @param function name of the function
    record Function(String role, String function) implements Holder {}
}
