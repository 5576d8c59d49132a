package hearth.server.auth;

/// The holder of a key, in its account.
public sealed interface Holder {
    /// The account itself: there are no users.
    record Account() implements Holder {}

    /// A function, in its role.
    ///
    /// @param role ARN of the role
    /// @param function name of the function
    record Function(String role, String function) implements Holder {}
}
