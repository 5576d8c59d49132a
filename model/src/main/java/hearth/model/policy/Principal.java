package hearth.model.policy;

import hearth.model.AccountId;
import hearth.model.ApiException;
import java.util.Map;
import java.util.regex.Pattern;

/// The one whom a statement means.
public sealed interface Principal {
    Pattern SERVICE = Pattern.compile(
            "[a-zA-Z0-9][a-zA-Z0-9.-]*\\.(amazonaws\\.com(\\.cn)?|amazonaws\\.eu|amazon\\.com|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov)");

    Pattern IDENTITY = Pattern.compile("arn:aws[a-zA-Z-]*:"
            + "(iam::\\d{12}:(root|(user|role)/[^*]+)|sts::\\d{12}:(assumed-role/[^*/]+/[^*]+|federated-user/[^*]+))");

    Pattern PROVIDER = Pattern.compile(
            "arn:aws[a-zA-Z-]*:iam::\\d{12}:(saml-provider|oidc-provider)/[^*]+|[a-zA-Z0-9][a-zA-Z0-9.-]*\\.[a-zA-Z]+");

    Pattern CANONICAL_USER = Pattern.compile("[0-9a-f]{64}");

    /// A service of AWS's, such as `s3.amazonaws.com`.
    record Service(String name) implements Principal {}

    /// An account, by its number or its root, a user, a role or a session.
    record Identity(String arn) implements Principal {}

    /// A provider of identities, such as `accounts.google.com`.
    record Federated(String provider) implements Principal {}

    /// An account, as S3 names it.
    record CanonicalUser(String id) implements Principal {}

    record Everyone() implements Principal {}

    /// The principal as a request for a permission names it: an account by its number too.
    ///
    /// @param partition of the account
    static Principal of(String text, String partition) {
        if (text.equals("*")) {
            return new Everyone();
        }
        if (AccountId.isValid(text)) {
            return new Identity("arn:%s:iam::%s:root".formatted(partition, text));
        }
        if (SERVICE.matcher(text).matches()) {
            return new Service(text);
        }
        if (IDENTITY.matcher(text).matches()) {
            return new Identity(text);
        }
        throw invalid();
    }

    /// The principal as a policy names it.
    ///
    /// @param kind such as `AWS` or `Service`
    static Principal named(String kind, String text) {
        Principal principal =
                switch (kind) {
                    case "AWS" -> text.equals("*") ? new Everyone() : new Identity(text);
                    case "Service" -> new Service(text);
                    case "Federated" -> new Federated(text);
                    case "CanonicalUser" -> new CanonicalUser(text);
                    default -> throw PolicyReader.invalid("The policy has a principal of an unknown kind: " + kind);
                };
        if (!principal.isWellFormed()) {
            throw invalid();
        }
        return principal;
    }

    /// The text that stands for it under `Principal`.
    default Object json() {
        return switch (this) {
            case Everyone() -> "*";
            case Service(var name) -> Map.of("Service", name);
            case Identity(var arn) -> Map.of("AWS", arn);
            case Federated(var provider) -> Map.of("Federated", provider);
            case CanonicalUser(var id) -> Map.of("CanonicalUser", id);
        };
    }

    /// Whether this is a name of the requester's.
    default boolean means(Requester requester) {
        return switch (this) {
            case Everyone() -> true;
            case Service(var name) -> requester instanceof Requester.Service(var asking) && asking.equals(name);
            case Identity _ -> requester.arns().stream().anyMatch(this::isNamed);
            case Federated _, CanonicalUser _ -> false;
        };
    }

    /// Whether this is an account, a role or a session of this ARN.
    default boolean isNamed(String arn) {
        return switch (this) {
            case Everyone() -> true;
            case Identity(var named) ->
                named.equals(arn) || (AccountId.isValid(named) && arn.endsWith(":iam::" + named + ":root"));
            case Service _, Federated _, CanonicalUser _ -> false;
        };
    }

    private boolean isWellFormed() {
        return switch (this) {
            case Everyone() -> true;
            case Service(var name) -> SERVICE.matcher(name).matches();
            case Identity(var arn) ->
                AccountId.isValid(arn) || IDENTITY.matcher(arn).matches();
            case Federated(var provider) -> PROVIDER.matcher(provider).matches();
            case CanonicalUser(var id) -> CANONICAL_USER.matcher(id).matches();
        };
    }

    private static ApiException invalid() {
        return PolicyReader.invalid("The provided principal was invalid. Please check the principal and try again.");
    }
}
