package hearth.control.policies;

import hearth.model.api.AddPermissionRequest;
import hearth.model.policy.PolicyCondition;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The conditions that a request for a permission sets, in AWS's order.
final class RequestedConditions {
    private static final String STRING_EQUALS = "StringEquals";

    private RequestedConditions() {}

    static List<PolicyCondition> of(AddPermissionRequest request) {
        return Stream.of(
                        condition(STRING_EQUALS, "AWS:SourceAccount", request.sourceAccount()),
                        condition(STRING_EQUALS, "lambda:FunctionUrlAuthType", request.functionUrlAuthType()),
                        condition(STRING_EQUALS, "aws:PrincipalOrgID", request.principalOrgID()),
                        condition(STRING_EQUALS, "lambda:EventSourceToken", request.eventSourceToken()),
                        condition("ArnLike", "AWS:SourceArn", request.sourceArn()),
                        condition("Bool", "lambda:InvokedViaFunctionUrl", request.invokedViaFunctionUrl()))
                .filter(Objects::nonNull)
                .toList();
    }

    private static @Nullable PolicyCondition condition(String operator, String key, @Nullable Object value) {
        return value == null ? null : new PolicyCondition(operator, key, value.toString());
    }
}
