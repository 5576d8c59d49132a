package hearth.server.urls;

import hearth.model.FunctionId;
import hearth.model.api.FunctionUrlConfig;
import java.util.Optional;

/// One function URL, as requests need it.
///
/// @param qualifier the alias; `$LATEST` for the function itself
/// @param signed whether callers must sign (`AWS_IAM`)
/// @param streams whether answers are passed on piece by piece (`RESPONSE_STREAM`)
/// @param cors empty where the function sees to it itself
record FunctionUrl(
        String id, FunctionId function, String qualifier, boolean signed, boolean streams, Optional<CorsRules> cors) {
    static FunctionUrl of(String id, FunctionId function, String qualifier, FunctionUrlConfig config) {
        return new FunctionUrl(
                id,
                function,
                qualifier,
                "AWS_IAM".equals(config.authType()),
                "RESPONSE_STREAM".equals(config.invokeMode()),
                Optional.ofNullable(config.cors()).map(CorsRules::of));
    }

    /// The name that AWS would have given it.
    String awsName() {
        return id + UrlTarget.LABEL + function.region() + ".on.aws";
    }

    /// The alias that it is of; empty for the URL of the function itself.
    Optional<String> alias() {
        return qualifier.equals(FunctionId.LATEST) ? Optional.empty() : Optional.of(qualifier);
    }

    /// The ARN that the function is told: qualified only if an alias is meant.
    String arn() {
        return alias().map(function::arn).orElseGet(function::arn);
    }
}
