package hearth.conformance;

import hearth.conformance.ApiModel.Member;
import hearth.conformance.ApiModel.Operation;
import hearth.conformance.Fault.Expected;
import hearth.conformance.Fault.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Names what is not there, in another account or in another region, and pages that never were.
final class ResourceFaults {
    private static final String ACCOUNT = "000000000000";
    private static final String REGION = "eu-west-1";
    private static final String OTHER_ACCOUNT = "999988887777";
    private static final String OTHER_REGION = "ap-southeast-1";

    /// What an operation is about: the first of these that it takes.
    private static final List<String> SUBJECTS =
            List.of("FunctionName", "LayerName", "UUID", "Resource", "ResourceArn", "CodeSigningConfigArn", "Arn");

    /// What they are about need not be there.
    private static final Set<String> MAKERS = Set.of("CreateFunction", "PublishLayerVersion");

    private final ApiModel model;
    private final ValidRequests valid;

    ResourceFaults(ApiModel model, ValidRequests valid) {
        this.model = model;
        this.valid = valid;
    }

    List<Fault> of(Operation operation) {
        var members = model.members(operation.input().orElseThrow());
        var faults = new ArrayList<Fault>();
        SUBJECTS.stream()
                .flatMap(name -> members.stream().filter(member -> member.name().equals(name)))
                .findFirst()
                .ifPresent(subject -> faults.addAll(of(operation, subject)));
        members.stream()
                .filter(member -> member.name().equals("Marker"))
                .forEach(marker -> faults.add(fault(
                        operation,
                        Kind.BAD_MARKER,
                        marker,
                        "no marker!",
                        Expected.of(400, "InvalidParameterValueException", "Invalid Marker"))));
        return faults;
    }

    private List<Fault> of(Operation operation, Member subject) {
        var faults = new ArrayList<Fault>();
        if (!MAKERS.contains(operation.name())) {
            faults.add(fault(
                    operation,
                    Kind.UNKNOWN_RESOURCE,
                    subject,
                    name(subject.name(), ACCOUNT, REGION, "nobody"),
                    Expected.of(404, "ResourceNotFoundException", "nobody")));
        }
        if (!subject.name().equals("UUID")) {
            faults.add(fault(
                    operation,
                    Kind.FOREIGN_ACCOUNT,
                    subject,
                    name(subject.name(), OTHER_ACCOUNT, REGION, "known"),
                    Expected.of(403, "AccessDeniedException", OTHER_ACCOUNT)));
            faults.add(fault(
                    operation,
                    Kind.FOREIGN_REGION,
                    subject,
                    name(subject.name(), ACCOUNT, OTHER_REGION, "known"),
                    Expected.of(
                            404,
                            "ResourceNotFoundException",
                            "from '" + OTHER_REGION + "' are not reachable in this region ('" + REGION + "')")));
        }
        return faults;
    }

    private Fault fault(Operation operation, Kind kind, Member member, String value, Expected expected) {
        return new Fault(
                operation,
                kind,
                member.name(),
                member.shape(),
                valid.with(operation, Map.of(member.name(), Optional.of(value))),
                expected);
    }

    private static String name(String subject, String account, String region, String name) {
        var arn = "arn:aws:lambda:" + region + ":" + account;
        return switch (subject) {
            case "LayerName" -> arn + ":layer:" + name;
            case "Arn" -> arn + ":layer:" + name + ":1";
            case "CodeSigningConfigArn" -> arn + ":code-signing-config:csc-" + (name + "0".repeat(17)).substring(0, 17);
            case "UUID" -> "00000000-0000-4000-8000-000000000000";
            default -> arn + ":function:" + name;
        };
    }
}
