package hearth.control.operation;

import hearth.model.AccountId;
import hearth.model.Region;
import org.jspecify.annotations.Nullable;

/// The ARN of a resource of Lambda's, as callers name it.
///
/// @param kind such as `code-signing-config`
/// @param id what follows the kind
public record ResourceArn(String text, AccountId account, Region region, String kind, String id) {
    private static final int REGION = 3;
    private static final int ACCOUNT = 4;
    private static final int KIND = 5;
    private static final int PARTS = 7;

    /// @param text of the form that the model's constraints ask for
    public static ResourceArn parse(@Nullable String text) {
        var parts = String.valueOf(text).split(":", PARTS);
        if (parts.length < PARTS || !AccountId.isValid(parts[ACCOUNT])) {
            throw Refusals.invalid("This is not the ARN of a resource: " + text);
        }
        return new ResourceArn(
                String.valueOf(text),
                new AccountId(parts[ACCOUNT]),
                new Region(parts[REGION]),
                parts[KIND],
                parts[PARTS - 1]);
    }

    /// Refuses what belongs to another account.
    ///
    /// @param action what the caller wants to do: `TagResource`
    public ResourceArn requireOwn(Caller caller, String action) {
        if (!caller.isOf(account)) {
            throw caller.mayNot(action, text);
        }
        return this;
    }
}
