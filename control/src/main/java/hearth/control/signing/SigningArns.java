package hearth.control.signing;

import hearth.control.operation.Caller;
import hearth.control.operation.ResourceArn;
import hearth.model.ApiException;
import hearth.model.CodeSigningConfigId;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The code signing configurations that ARNs name.
final class SigningArns {
    private SigningArns() {}

    /// The configuration that an operation is about.
    static CodeSigningConfigId subject(Caller caller, @Nullable String arn, String action) {
        return read(caller, arn, action, SigningRefusals::notFound);
    }

    /// The configuration that a function is to keep to.
    static CodeSigningConfigId reference(Caller caller, @Nullable String arn, String action) {
        return read(caller, arn, action, SigningRefusals::unknownConfig);
    }

    private static CodeSigningConfigId read(
            Caller caller, @Nullable String text, String action, Function<String, ApiException> elsewhere) {
        var arn = ResourceArn.parse(text).requireOwn(caller, action);
        if (!arn.region().equals(caller.region())) {
            throw elsewhere.apply(arn.text());
        }
        return new CodeSigningConfigId(arn.account(), arn.region(), arn.id());
    }
}
