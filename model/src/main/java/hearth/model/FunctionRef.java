package hearth.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A function as a caller names it: by name, by partial ARN or by full ARN, each with or without a qualifier.
///
/// @param account null when the caller's own is meant
/// @param region null when the endpoint's is meant
/// @param qualifier a version, `$LATEST` or an alias; null when there is none
public record FunctionRef(
        @Nullable String account,
        @Nullable String region,
        String name,
        @Nullable String qualifier) {
    /// A new function's name may not be longer, though the API's model lets it be.
    public static final int MAX_NEW_NAME_LENGTH = 64;

    /// A length that is beyond any text of the API's model.
    private static final int MAX_LENGTH = 256;

    /// Takes exactly what the API's pattern for function names takes.
    public static Optional<FunctionRef> parse(String text) {
        return text.length() > MAX_LENGTH ? Optional.empty() : Optional.ofNullable(FunctionRefParser.parse(text));
    }

    /// This function, with the qualifier of a request's own parameter.
    ///
    /// @param parameter null or empty when the request has none
    public FunctionRef withQualifier(@Nullable String parameter) {
        if (parameter == null || parameter.isEmpty() || parameter.equals(qualifier)) {
            return this;
        }
        if (qualifier != null) {
            throw new ApiException(
                    ApiError.INVALID_PARAMETER_VALUE,
                    "The derived qualifier from the function name does not match the specified qualifier.");
        }
        return new FunctionRef(account, region, name, parameter);
    }

    /// The function that is meant, which may be one of another account, for a caller of this account at the endpoint of
    /// this region.
    public FunctionId resolve(AccountId caller, Region endpoint) {
        if (region != null && !region.equals(endpoint.value())) {
            throw new ApiException(
                    ApiError.RESOURCE_NOT_FOUND,
                    "Functions from '" + region + "' are not reachable in this region ('" + endpoint + "')");
        }
        return new FunctionId(account == null ? caller : new AccountId(account), endpoint, name);
    }

    /// Refuses a name that is too long for a new function. AWS has this check apart from those of its model, with an
    /// error of its own.
    public void requireNewName() {
        if (name.length() > MAX_NEW_NAME_LENGTH) {
            throw new ApiException(
                    ApiError.INVALID_PARAMETER_VALUE,
                    "1 validation error detected: Value '" + name + "' at 'functionName' failed to satisfy constraint: "
                            + "Member must have length less than or equal to " + MAX_NEW_NAME_LENGTH);
        }
    }
}
