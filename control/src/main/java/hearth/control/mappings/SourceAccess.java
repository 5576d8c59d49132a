package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.SourceAccessConfiguration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The means by which a mapping gets at its source: secrets, networks and the like.
final class SourceAccess {
    static final Set<String> KAFKA = Set.of(
            "BASIC_AUTH",
            "VPC_SUBNET",
            "VPC_SECURITY_GROUP",
            "SASL_SCRAM_512_AUTH",
            "SASL_SCRAM_256_AUTH",
            "CLIENT_CERTIFICATE_TLS_AUTH",
            "SERVER_ROOT_CA_CERTIFICATE");

    /// By whom a bearer token is issued for a cluster of their users' own, what it is asked for with, and IAM's ways.
    private static final String ISSUED = "OAUTHBEARER_AUTH";

    private static final String AUDIENCE = "OAUTHBEARER_AUDIENCE";
    private static final Set<String> ASKED_WITH =
            Set.of("OAUTHBEARER_SCOPE", "OAUTHBEARER_LOGICAL_CLUSTER", "OAUTHBEARER_IDENTITY_POOL");
    private static final String IAM = "IAM_AUTH";
    private static final String IAM_TOKEN = "IAM_OAUTHBEARER_AUTH";

    static final Set<String> SELF_MANAGED_KAFKA = Stream.of(KAFKA, ASKED_WITH, Set.of(ISSUED, AUDIENCE, IAM, IAM_TOKEN))
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    static final Set<String> MQ = Set.of("BASIC_AUTH", "VIRTUAL_HOST");
    static final Set<String> DOCUMENT_DB = Set.of("BASIC_AUTH");

    private SourceAccess() {}

    /// Which of the ways to a bearer token go together. In our words: AWS's are not known.
    static void checkTokens(EventSourceMappingConfiguration mapping) {
        var accesses =
                Objects.requireNonNullElse(mapping.sourceAccessConfigurations(), List.<SourceAccessConfiguration>of());
        var types = accesses.stream()
                .map(SourceAccessConfiguration::type)
                .map(String::valueOf)
                .collect(Collectors.toSet());
        for (var access : accesses) {
            var type = String.valueOf(access.type());
            boolean byIam = type.equals(IAM) || type.equals(IAM_TOKEN);
            require(!byIam || access.uri() == null, type + " takes no URI.");
            require(!ASKED_WITH.contains(type) || types.contains(ISSUED), type + " needs " + ISSUED + ".");
        }
        boolean issued = types.contains(ISSUED);
        boolean byIam = types.contains(IAM_TOKEN);
        require(!types.contains(AUDIENCE) || issued || byIam, AUDIENCE + " needs " + ISSUED + " or " + IAM_TOKEN + ".");
        require(!byIam || types.contains(AUDIENCE), IAM_TOKEN + " needs " + AUDIENCE + ".");
        require(!byIam || !issued, IAM_TOKEN + " does not go with " + ISSUED + ".");
    }

    private static void require(boolean kept, String rule) {
        if (!kept) {
            throw Refusals.invalid(rule);
        }
    }

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
