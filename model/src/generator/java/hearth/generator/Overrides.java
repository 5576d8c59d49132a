package hearth.generator;

import hearth.generator.Model.Member;
import hearth.generator.Model.Shape;
import java.util.List;
import java.util.Set;

/// Where AWS does not do what its model says. Each entry names its source: a section of the project's
/// specification of the control plane, whose texts were recorded from AWS.
final class Overrides {
    /// A region inside an ARN, with the European sovereign partition that the model's patterns lack.
    private static final String REGION = "(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}";

    private static final String FUNCTION_PREFIX =
            "(arn:(aws[a-zA-Z-]*)?:lambda:)?(" + REGION + ":)?(\\d{12}:)?(function:)?";

    private static final String LAYER_VERSION_ARN = "(arn:(aws[a-zA-Z-]*)?:lambda:" + REGION
            + ":\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)";

    private static final String TAGGABLE = "arn:(aws[a-zA-Z-]*):lambda:" + REGION + ":\\d{12}:"
            + "(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)"
            + "|code-signing-config:csc-[a-z0-9]{17}"
            + "|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
            + "|capacity-provider:[a-zA-Z0-9-_]+)";

    private static final String DESTINATION = "$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))"
            + "|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:(" + REGION + ")?:(\\d{12})?:(.*)";

    /// The runtimes that functions may have, in the order that AWS prints (appendix).
    private static final List<String> RUNTIMES = words("""
            nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, \
            python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, \
            dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2""");

    /// The runtimes that layers may be listed by, in the order that AWS prints (appendix).
    private static final List<String> LAYER_RUNTIMES = words("""
            ruby3.5, ruby2.6, dotnetcore1.0, python3.7, nodejs8.10, nasa, ruby2.7, python2.7-greengrass, \
            dotnetcore2.0, python3.8, java21, dotnet6, dotnetcore2.1, python3.9, java11, nodejs6.10, provided, \
            dotnetcore3.1, dotnet8, java25, java17, nodejs, nodejs4.3, java8.al2, go1.x, dotnet10, nodejs20.x, \
            go1.9, byol, nodejs10.x, provided.al2023, nodejs22.x, python3.10, java8, nodejs12.x, python3.11, \
            nodejs24.x, nodejs8.x, python3.12, nodejs14.x, nodejs8.9, nodejs26.x, python3.13, python3.14, \
            nodejs16.x, python3.15, provided.al2, nodejs4.3-edge, nodejs18.x, ruby3.2, python3.4, ruby3.3, \
            ruby3.4, ruby2.5, python3.6, python2.7""");

    /// What a type must satisfy, where the model says something else.
    Shape shape(Shape shape) {
        return switch (shape.name()) {
            // Section 2, and recorded for 'invalid:function:name'.
            case "FunctionName" ->
                shape.withPattern(FUNCTION_PREFIX + "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?");
            // Section 2.
            case "NamespacedFunctionName" ->
                shape.withPattern(FUNCTION_PREFIX + "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?");
            // The appendix, for each of the next six.
            case "TaggableResource" -> shape.withPattern(TAGGABLE);
            case "DestinationArn" -> shape.withPattern(DESTINATION);
            case "LayerVersionArn" -> shape.withPattern(LAYER_VERSION_ARN).withRange(1, 2048);
            case "SubnetId" -> shape.withPattern("subnet-[0-9a-z]*").withRange(0, 1024);
            case "SecurityGroupId" -> shape.withPattern("sg-[0-9a-zA-Z]*").withRange(0, 1024);
            case "InvokeMode" -> shape.withValues(words("RESPONSE_STREAM, BUFFERED"));
            // An answer of AWS's that github.com/ex-aws/ex_aws/pull/442 shows.
            case "InvocationType" -> shape.withValues(words("DryRun, RequestResponse, Event"));
            // Section 4.
            case "RecursiveLoop" -> shape.withValues(words("Terminate, Allow"));
            case "EventSourcePosition" -> shape.withValues(words("LATEST, AT_TIMESTAMP, TRIM_HORIZON"));
            // As recorded for the types above: functions and configurations of every partition have such ARNs.
            case "UnqualifiedFunctionName" -> shape.withPattern(FUNCTION_PREFIX + "([a-zA-Z0-9-_]+)");
            case "CodeSigningConfigArn" ->
                shape.withPattern(
                        "arn:(aws[a-zA-Z-]*)?:lambda:" + REGION + ":\\d{12}:code-signing-config:csc-[a-z0-9]{17}");
            // How large a policy may be is configured, and has an error of its own.
            case "ResourcePolicyDocument" -> shape.withLeast(1);
            // Its 5400 s are for managed instances alone. How long another function may run is configured, and checked
            // by the operation.
            case "Timeout" -> shape.withLeast(1);
            case "RuntimeVersionArn" -> shape.withPattern("arn:(aws[a-zA-Z-]*):lambda:" + REGION + "::runtime:.+");
            case "Arn" ->
                shape.withPattern("arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:(" + REGION + ")?:(\\d{12})?:(.*)");
            default -> shape;
        };
    }

    /// What one member must satisfy: its shape, or another one where AWS treats this member alone differently;
    /// null where the operation itself checks it later.
    Shape constraint(Shape structure, Member member) {
        return switch (structure.name() + "." + member.name()) {
            // Section 4: an unknown runtime is not a model failure, and it may be an ARN.
            case "CreateFunctionRequest.Runtime", "UpdateFunctionConfigurationRequest.Runtime" -> null;
            // Appendix. What AWS printed is older than the model, and leaves out what functions may not have any more;
            // layers may still be for those.
            case "ListLayersRequest.CompatibleRuntime", "ListLayerVersionsRequest.CompatibleRuntime" ->
                member.shape().withName("LayerRuntime").withPrinted(LAYER_RUNTIMES);
            case "PublishLayerVersionRequest.CompatibleRuntimes" ->
                member.shape()
                        .withName("CompatibleRuntimes")
                        .withElement(member.shape()
                                .element()
                                .withName("FunctionRuntime")
                                .withPrinted(RUNTIMES));
            default -> member.shape();
        };
    }

    /// Whether AWS names no null check among what the elements of a list must satisfy (appendix).
    boolean elementsMayBeNull(Shape list) {
        return Set.of("SubnetIds", "SecurityGroupIds").contains(list.name());
    }

    /// Whether AWS prints what the elements must satisfy as if it was said of the list (recorded for
    /// `compatibleRuntimes`).
    boolean printsElementsPlainly(Shape list) {
        return list.name().equals("CompatibleRuntimes");
    }

    /// The success status, where it differs from the model.
    int status(String operation, int status) {
        // Section 1: recorded.
        return operation.equals("DeleteFunction") ? 204 : status;
    }

    /// The path, where a label may hold slashes that the model does not speak of (section 15: a durable execution's
    /// ARN comes raw or percent-encoded).
    String path(String path) {
        return path.replace("{DurableExecutionArn}", "{DurableExecutionArn+}");
    }

    private static List<String> words(String list) {
        return List.of(list.split(", "));
    }
}
