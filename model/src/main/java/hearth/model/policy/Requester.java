package hearth.model.policy;

import hearth.model.AccountId;
import java.util.List;

/// The one who asks for something.
public sealed interface Requester {
    /// Anybody who does not say who they are.
    record Anonymous() implements Requester {}

    /// A service of AWS's, or what stands in for it.
    ///
    /// @param name such as `s3.amazonaws.com`
    record Service(String name) implements Requester {}

    /// An account itself.
    record Account(AccountId account, String partition) implements Requester {}

    /// Somebody in a role of an account.
    ///
    /// @param role the role's name, after its path if it has one
    /// @param session the name that it goes by
    record Session(AccountId account, String partition, String role, String session) implements Requester {}

    /// The ARN that AWS's refusals name; of those who have none, what they are called.
    default String arn() {
        return switch (this) {
            case Anonymous() -> "anonymous";
            case Service(var name) -> name;
            case Account(var account, var partition) -> root(partition, account);
            case Session(var account, var partition, var role, var session) ->
                "arn:" + partition + ":sts::" + account + ":assumed-role/" + role.substring(role.lastIndexOf('/') + 1)
                        + "/" + session;
        };
    }

    /// The names under which a policy may mean this one, the widest first; none of those who belong to no account.
    default List<String> arns() {
        return switch (this) {
            case Anonymous _, Service _ -> List.of();
            case Account _ -> List.of(arn());
            case Session session -> List.of(root(session.partition, session.account), roleArn(session), arn());
        };
    }

    /// Whether this is a principal of the account.
    default boolean isOf(AccountId other) {
        return switch (this) {
            case Anonymous _, Service _ -> false;
            case Account(var account, var _) -> account.equals(other);
            case Session(var account, var _, var _, var _) -> account.equals(other);
        };
    }

    /// What conditions may ask about this one.
    default ConditionKeys keys() {
        var common = ConditionKeys.NONE.with(
                ConditionKeys.PRINCIPAL_IS_AWS_SERVICE, Boolean.toString(this instanceof Service));
        return switch (this) {
            case Anonymous() -> common.with(ConditionKeys.PRINCIPAL_TYPE, "Anonymous");
            case Service(var name) -> common.with(ConditionKeys.PRINCIPAL_SERVICE_NAME, name);
            case Account(var account, var _) ->
                common.with(ConditionKeys.PRINCIPAL_TYPE, "Account")
                        .with(ConditionKeys.PRINCIPAL_ACCOUNT, account.value())
                        .with(ConditionKeys.PRINCIPAL_ARN, arn());
            case Session session ->
                common.with(ConditionKeys.PRINCIPAL_TYPE, "AssumedRole")
                        .with(ConditionKeys.PRINCIPAL_ACCOUNT, session.account.value())
                        .with(ConditionKeys.PRINCIPAL_ARN, roleArn(session));
        };
    }

    private static String root(String partition, AccountId account) {
        return "arn:" + partition + ":iam::" + account + ":root";
    }

    private static String roleArn(Session session) {
        return "arn:" + session.partition + ":iam::" + session.account + ":role/" + session.role;
    }
}
