package hearth.events;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.FunctionRef;
import hearth.model.Region;
import java.util.Objects;
import java.util.Optional;

/// Who hears of events that are done: the ARN of a destination or a dead letter queue, taken apart.
public sealed interface Target {
    /// A function, which is invoked asynchronously.
    record OfFunction(FunctionId function, String qualifier, String arn) implements Target {}

    /// A queue of SQS.
    record Queue(String region, String account, String name) implements Target {}

    /// A topic of SNS.
    record Topic(String region, String arn) implements Target {}

    /// A bus of EventBridge.
    record Bus(String region, String arn) implements Target {}

    record Bucket(String name) implements Target {}

    /// @return empty for the ARN of anything else
    static Optional<Target> of(String arn) {
        var parts = arn.split(":", 6);
        if (parts.length < 6 || !parts[0].equals("arn")) {
            return Optional.empty();
        }
        var region = parts[3];
        var resource = parts[5];
        return switch (parts[2]) {
            case "lambda" -> FunctionRef.parse(arn).map(reference -> function(reference, arn));
            case "sqs" -> Optional.of(new Queue(region, parts[4], resource));
            case "sns" -> Optional.of(new Topic(region, arn));
            case "events" -> Optional.of(new Bus(region, arn));
            case "s3" -> Optional.of(new Bucket(resource));
            default -> Optional.empty();
        };
    }

    private static OfFunction function(FunctionRef reference, String arn) {
        return new OfFunction(
                new FunctionId(
                        new AccountId(Objects.requireNonNull(reference.account())),
                        new Region(Objects.requireNonNull(reference.region())),
                        reference.name()),
                Objects.requireNonNullElse(reference.qualifier(), FunctionId.LATEST),
                arn);
    }
}
