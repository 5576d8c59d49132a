package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Set;

/// How a mapping gets at its source: secrets, networks and the like.
final class SourceAccess {
    static final Set<String> KAFKA = Set.of(
            "BASIC_AUTH",
            "VPC_SUBNET",
            "VPC_SECURITY_GROUP",
            "SASL_SCRAM_512_AUTH",
            "SASL_SCRAM_256_AUTH",
            "CLIENT_CERTIFICATE_TLS_AUTH",
            "SERVER_ROOT_CA_CERTIFICATE");
    static final Set<String> MQ = Set.of("BASIC_AUTH", "VIRTUAL_HOST");
    static final Set<String> DOCUMENT_DB = Set.of("BASIC_AUTH");

    private SourceAccess() {}

    /// @param types that the kind of source knows
    static void check(EventSourceMappingConfiguration mapping, Set<String> types) {
        var accesses = mapping.sourceAccessConfigurations();
        if (accesses == null) {
            return;
        }
        for (var access : accesses) {
            if (access.type() == null || !types.contains(access.type())) {
                throw Refusals.invalid(
                        "Unsupported source access type '" + access.type() + "' for given event source mapping type.");
            }
        }
    }
}
