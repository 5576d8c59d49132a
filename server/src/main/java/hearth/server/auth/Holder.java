package hearth.server.auth;

import hearth.model.policy.Principal;

/// The holder of a key, in its account.
public sealed interface Holder {
    /// The account itself: there are no users.
    record Account() implements Holder {}

    /// An account itself, of which the organization is known.
    record Member(Organization organization) implements Holder {}

    /// A function, in its role.
    ///
    /// @param role ARN of the role
    /// @param function name of the function
    record Function(String role, String function) implements Holder {}

    /// A service, such as S3, or what stands in for it. It is nobody in the account of its key, where only those
    /// functions are that it names without an account.
    ///
    /// @param principal such as `s3.amazonaws.com`
    record Service(String principal) implements Holder {
        public static boolean isPrincipal(String text) {
            return Principal.SERVICE.matcher(text).matches();
        }
    }
}
