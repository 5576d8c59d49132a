package hearth.control.operation;

import hearth.model.AccountId;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.policy.AccessRequest;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Decision;
import hearth.model.policy.Requester;
import org.jspecify.annotations.Nullable;

/// The account that asks, and the region that it asks in.
///
/// @param endpoint under which they reached the API, such as `http://127.0.0.1:9000`
/// @param requester who it is in that account, for the policies of others
/// @param keys what conditions of policies may ask about the request
/// @param permissions what others allow
public record Caller(
        AccountId account,
        Region region,
        String endpoint,
        Requester requester,
        ConditionKeys keys,
        Permissions permissions) {
    public Caller(AccountId account, Region region, String endpoint, Requester requester, ConditionKeys keys) {
        this(account, region, endpoint, requester, keys, Permissions.NONE);
    }

    /// The account itself, of whose request nothing else is known.
    public Caller(AccountId account, Region region, String endpoint) {
        this(account, region, endpoint, new Requester.Account(account, region.partition()), ConditionKeys.NONE);
    }

    public Caller with(Permissions others, ConditionKeys more) {
        return new Caller(account, region, endpoint, requester, keys.with(more), others);
    }

    /// Whether this is a principal of the account, which may do everything there. A service is of no account: the one
    /// that it has here is where functions are that it names without one.
    public boolean isOf(AccountId owner) {
        return requester.isOf(owner);
    }

    public FunctionId function(String name) {
        return new FunctionId(account, region, name);
    }

    /// What the caller asks for, as policies see it.
    ///
    /// @param action such as `GetFunction`
    /// @param arn of what it is for
    public AccessRequest asks(String action, String arn) {
        return AccessRequest.of(requester, "lambda:" + action, arn, keys);
    }

    /// Refuses what the function's owner has not allowed. Owners may do everything.
    ///
    /// @param qualifier as the request names it; null when it names none
    void requireMay(String action, FunctionId function, @Nullable String qualifier) {
        if (!isOf(function.account())) {
            var request = asks(action, qualifier == null ? function.arn() : function.arn(qualifier));
            var decision = permissions.decide(function, qualifier, request);
            if (!decision.isAllowed()) {
                throw request.refusal(decision);
            }
        }
    }

    /// The refusal of what belongs to another account, and has no policy that could allow it.
    public ApiException mayNot(String action, String arn) {
        return asks(action, arn).refusal(Decision.UNDECIDED);
    }
}
