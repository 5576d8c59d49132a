package hearth.model.policy;

import hearth.model.ApiError;
import hearth.model.ApiException;

/// A request as policies see it.
///
/// @param action such as `lambda:InvokeFunction`
/// @param resource the ARN of what it is for, as the requester named it
/// @param keys all that conditions may ask
public record AccessRequest(Requester requester, String action, String resource, ConditionKeys keys) {
    private static final int ACCOUNT = 4;
    private static final int PARTS = 6;

    /// @param keys but those that requester and resource tell
    public static AccessRequest of(Requester requester, String action, String resource, ConditionKeys keys) {
        var parts = resource.split(":", PARTS);
        var known = parts.length == PARTS ? keys.with(ConditionKeys.RESOURCE_ACCOUNT, parts[ACCOUNT]) : keys;
        return new AccessRequest(requester, action, resource, known.with(requester.keys()));
    }

    /// The refusal of what no resource's policy could allow, in AWS's words.
    public static ApiException refusalByIdentity(Requester requester, String action) {
        return new ApiException(
                ApiError.ACCESS_DENIED,
                "User: " + requester.arn() + " is not authorized to perform: " + action
                        + " on resource: * because no identity-based policy allows the " + action + " action");
    }

    /// The refusal, in AWS's words.
    ///
    /// @param decision that does not allow it
    public ApiException refusal(Decision decision) {
        return new ApiException(
                ApiError.ACCESS_DENIED,
                "User: " + requester.arn() + " is not authorized to perform: " + action + " on resource: " + resource
                        + (decision == Decision.DENIED
                                ? " with an explicit deny in a resource-based policy"
                                : " because no resource-based policy allows the " + action + " action"));
    }
}
