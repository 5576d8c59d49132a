package hearth.control.eventinvoke;

import hearth.cluster.FunctionStore;
import hearth.control.operation.DestinationArns;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.FunctionRef;
import hearth.model.api.DestinationConfig;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The rules for where the outcome of an asynchronous invocation may be sent.
final class InvokeDestinations {
    private static final String FIFO = ".fifo";

    private final FunctionStore functions;

    InvokeDestinations(FunctionStore functions) {
        this.functions = functions;
    }

    /// Refuses destinations that the function cannot have.
    void check(FunctionId function, @Nullable DestinationConfig config) {
        if (config == null) {
            return;
        }
        var onSuccess = DestinationArns.onSuccess(config);
        var onFailure = DestinationArns.onFailure(config);
        boolean supported = (onSuccess == null || isSupported(onSuccess))
                && (onFailure == null || service(onFailure).equals("s3") || isSupported(onFailure))
                && (onFailure == null || !onFailure.endsWith(FIFO));
        if (!supported) {
            throw Refusals.invalid("The provided destination config %s is invalid.".formatted(printed(config)));
        }
        Stream.of(onFailure, onSuccess)
                .filter(Objects::nonNull)
                .filter(arn -> service(arn).equals("lambda"))
                .forEach(arn -> checkFunction(function, arn));
    }

    private static boolean isSupported(String arn) {
        return switch (service(arn)) {
            case "lambda", "sns", "sqs", "events" -> true;
            default -> false;
        };
    }

    private static String service(String arn) {
        return arn.startsWith("arn:") ? arn.split(":", 4)[2] : "";
    }

    private void checkFunction(FunctionId function, String arn) {
        var ref = FunctionRef.parse(arn).orElseThrow(() -> invalid(arn));
        // Whether another account has such a function is not for this one to learn.
        if (!function.region().value().equals(ref.region())
                || !function.account().value().equals(ref.account())) {
            throw invalid(arn);
        }
        var destination = new FunctionId(function.account(), function.region(), ref.name());
        if (destination.equals(function)) {
            throw Refusals.invalid("You can't specify the function as a destination for itself.");
        }
        var qualifier = Objects.requireNonNullElse(ref.qualifier(), FunctionId.LATEST);
        if (functions
                .read(destination, view -> Qualifiers.version(view, qualifier))
                .isEmpty()) {
            throw invalid(arn);
        }
    }

    private static ApiException invalid(String arn) {
        return Refusals.invalid("The destination ARN %s is invalid.".formatted(arn));
    }

    /// The configuration as AWS prints it: a member without a destination is null.
    private static DestinationConfig printed(DestinationConfig config) {
        return DestinationConfig.builder()
                .onSuccess(DestinationArns.onSuccess(config) == null ? null : config.onSuccess())
                .onFailure(DestinationArns.onFailure(config) == null ? null : config.onFailure())
                .build();
    }
}
