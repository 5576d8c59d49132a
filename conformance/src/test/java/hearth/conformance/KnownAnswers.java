package hearth.conformance;

import hearth.conformance.Fault.Expected;
import hearth.conformance.Fault.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Where AWS does not answer what its model lets one expect, each with the reason.
final class KnownAnswers {
    /// @param where matches `Operation member`, or a type's name
    /// @param expected instead of what the model says
    private record Known(Pattern where, Set<Kind> kinds, Expected expected, String reason) {
        boolean covers(Fault fault) {
            return kinds.contains(fault.kind())
                    && (where.matcher(fault.where()).matches()
                            || where.matcher(fault.shape()).matches());
        }
    }

    private static final List<Known> TABLE = List.of(
            known(
                    "FunctionName|NamespacedFunctionName|TaggableResource|DestinationArn|LayerVersionArn",
                    Set.of(Kind.BAD_PATTERN),
                    Expected.broken("Member must satisfy regular expression pattern: "),
                    "recorded patterns know partitions and resources that the model's do not"),
            known(
                    "Arn|UnqualifiedFunctionName|CodeSigningConfigArn|RuntimeVersionArn",
                    Set.of(Kind.BAD_PATTERN),
                    Expected.broken("Member must satisfy regular expression pattern: "),
                    "taken to know the partitions that the recorded ones do"),
            known(
                    "LayerVersionArn",
                    Set.of(Kind.TOO_LONG),
                    Expected.broken("Member must satisfy regular expression pattern: "),
                    "recorded: up to 2048 characters, so it is the pattern that is told of"),
            known(
                    "(CreateFunction|UpdateFunctionConfiguration) runtime",
                    Set.of(Kind.UNKNOWN_WORD),
                    Expected.of(
                            400,
                            "InvalidParameterValueException",
                            "Value NoSuchWord at 'runtime' failed to satisfy constraint: Member must satisfy enum value"
                                    + " set: [",
                            "] or be a valid ARN"),
                    "recorded: a runtime is no failure of the model"),
            known(
                    "\\w+ compatibleRuntimes?",
                    Set.of(Kind.UNKNOWN_WORD),
                    Expected.broken("Member must satisfy enum value set: [", "nodejs22.x"),
                    "recorded: sets of their own"),
            known(
                    "PublishLayerVersion compatibleRuntimes",
                    Set.of(Kind.MISSING),
                    Expected.broken("Value '[null]' at 'compatibleRuntimes'", "Member must satisfy enum value set: ["),
                    "recorded: what its elements must satisfy is said of the list"),
            known(
                    "Timeout",
                    Set.of(Kind.ABOVE_MAXIMUM),
                    Expected.broken("Member must have value less than or equal to 900"),
                    "5400 seconds, which the model has, are for managed instances alone"),
            known(
                    "(Create|Update)EventSourceMapping FunctionName",
                    Set.of(Kind.UNKNOWN_RESOURCE),
                    Expected.of(400, "InvalidParameterValueException", "Function does not exist"),
                    "recorded: the function is a parameter, not what the request is about"),
            known(
                    "(Create|Update|List)FunctionUrlConfigs? FunctionName",
                    Set.of(Kind.UNKNOWN_RESOURCE),
                    Expected.of(404, "ResourceNotFoundException", "Function does not exist"),
                    "recorded: the text names no function"),
            known(
                    "(Get|Delete)FunctionUrlConfig FunctionName|GetLayerVersion(ByArn)? (LayerName|Arn)|\\w+ UUID",
                    Set.of(Kind.UNKNOWN_RESOURCE),
                    Expected.of(404, "ResourceNotFoundException", "The resource you requested does not exist."),
                    "recorded: the text names nothing"),
            known(
                    "(Put|Update|List)FunctionEventInvokeConfigs? FunctionName",
                    Set.of(Kind.UNKNOWN_RESOURCE),
                    Expected.of(404, "ResourceNotFoundException", "The function doesn't exist."),
                    "recorded: the text names no function"),
            known(
                    "\\w+ CodeSigningConfigArn",
                    Set.of(Kind.FOREIGN_REGION),
                    Expected.of(
                            404,
                            "ResourceNotFoundException",
                            "The Lambda code signing configuration arn:aws:lambda:ap-southeast-1:",
                            " can not be found."),
                    "recorded for any that cannot be found"),
            known(
                    "DeleteLayerVersion LayerName",
                    Set.of(Kind.UNKNOWN_RESOURCE),
                    Expected.of(204, ""),
                    "recorded: what is not there is deleted"),
            known(
                    "ListEventSourceMappings FunctionName|ListLayerVersions LayerName",
                    Set.of(Kind.UNKNOWN_RESOURCE),
                    Expected.of(200, ""),
                    "mappings outlive their functions, and layers are there only by their versions: none is listed"));

    private KnownAnswers() {}

    private static Known known(String where, Set<Kind> kinds, Expected expected, String reason) {
        return new Known(Pattern.compile(where), EnumSet.copyOf(kinds), expected, reason);
    }

    static Expected to(Fault fault) {
        return TABLE.stream()
                .filter(known -> known.covers(fault))
                .findFirst()
                .map(Known::expected)
                .orElse(fault.expected());
    }

    /// Those that covered none of these faults: they are out of date.
    static List<String> unused(List<Fault> faults) {
        return TABLE.stream()
                .filter(known -> faults.stream().noneMatch(known::covers))
                .map(known -> known.where() + " " + known.kinds() + ": " + known.reason())
                .toList();
    }
}
