package hearth.server.auth;

import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.policy.ConditionKeys;
import hearth.server.http.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The resource for which a service calls, in the headers in which AWS's services tell it. Nobody else is believed.
///
/// @param arn empty where nothing is said of it
/// @param account empty where nothing is said of it
public record Source(String arn, String account) {
    private static final String ARN_HEADER = "X-Amz-Source-Arn";
    private static final String ACCOUNT_HEADER = "X-Amz-Source-Account";

    private static final List<String> HEADERS = List.of(ARN_HEADER, ACCOUNT_HEADER);

    /// Without wildcards and blanks: it is compared with patterns, and is none.
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z0-9-]*:[a-zA-Z0-9-]+:[a-z0-9-]*:(\\d{12})?:[!-)+->@-~]{1,1900}");

    static final Source NONE = new Source("", "");

    /// The source in the headers of a request; `NONE` of all who are no services.
    ///
    /// @throws ApiException when a header is no ARN, or no account, or is there twice
    static Source of(Holder caller, Headers headers) {
        if (!(caller instanceof Holder.Service)) {
            return NONE;
        }
        var arn = one(headers, ARN_HEADER);
        if (!arn.isEmpty() && !ARN.matcher(arn).matches()) {
            throw invalid(ARN_HEADER + " must be the ARN of a resource.");
        }
        var account = one(headers, ACCOUNT_HEADER);
        if (!account.isEmpty() && !AccountId.isValid(account)) {
            throw invalid(ACCOUNT_HEADER + " must be an account of 12 digits.");
        }
        return new Source(arn, account);
    }

    /// A header of a service's request that its signature does not cover, so that anybody may have added it.
    static Optional<String> unsigned(Holder caller, Headers headers, List<String> signed) {
        return caller instanceof Holder.Service
                ? HEADERS.stream()
                        .filter(name -> headers.firstIgnoringCase(name).isPresent()
                                && !signed.contains(name.toLowerCase(Locale.ROOT)))
                        .findFirst()
                : Optional.empty();
    }

    private static String one(Headers headers, String name) {
        var values = headers.all(name.toLowerCase(Locale.ROOT));
        if (values.size() > 1) {
            throw invalid(name + " must be there once.");
        }
        return values.isEmpty() ? "" : values.getFirst();
    }

    /// What conditions may ask about it, besides what is known.
    ConditionKeys addTo(ConditionKeys keys) {
        var withArn = arn.isEmpty() ? keys : keys.with(ConditionKeys.SOURCE_ARN, arn);
        return account.isEmpty() ? withArn : withArn.with(ConditionKeys.SOURCE_ACCOUNT, account);
    }

    private static ApiException invalid(String message) {
        return new ApiException(ApiError.VALIDATION, message);
    }
}
