package hearth.control.signing;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.SigningConfigRecord;
import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Refusals;
import hearth.model.ApiException;
import hearth.model.CodeSigningConfigId;
import hearth.model.FunctionId;
import hearth.model.api.CodeSigningConfig;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Holds deployment packages against the code signing configuration of their function.
///
/// Packages are signed by AWS Signer, in a form that AWS has not published and by certificates that only its service
/// vouches for. So no signature can be verified here, and every package counts as one that nobody signed.
public final class CodeSigning {
    private static final System.Logger LOG = System.getLogger(CodeSigning.class.getName());

    private final SigningStore configs;
    private final FunctionStore functions;

    public CodeSigning(SigningStore configs, FunctionStore functions) {
        this.configs = configs;
        this.functions = functions;
    }

    /// The configuration that a new function is to keep to, which must be there; empty when its request names none.
    public Optional<CodeSigningConfigId> requested(Caller caller, @Nullable String arn) {
        if (arn == null || arn.isEmpty()) {
            return Optional.empty();
        }
        var id = SigningArns.reference(caller, arn, "CreateFunction");
        require(id);
        return Optional.of(id);
    }

    SigningConfigRecord require(CodeSigningConfigId id) {
        return configs.find(id).orElseThrow(() -> SigningRefusals.unknownConfig(id.arn()));
    }

    /// Has a function keep to a configuration, which may be gone by now.
    public static void attach(FunctionEdit function, CodeSigningConfigId config) {
        if (!function.signWith(config)) {
            throw SigningRefusals.unknownConfig(config.arn());
        }
    }

    /// The same for a new function, whose package that configuration must let pass: what it said when it was checked
    /// may be changed.
    public static void attachNew(FunctionEdit function, CodeSigningConfigId config) {
        attach(function, config);
        requirePassage(function, function.id().name());
    }

    /// Refuses a package for a function as it is now: to be asked in the transaction that deploys it.
    public static void requirePassage(FunctionView function) {
        requirePassage(function, function.id().arn());
    }

    private static void requirePassage(FunctionView function, String deployed) {
        function.signingConfig()
                .map(SigningConfigRecord::configuration)
                .filter(SigningPolicies::enforces)
                .ifPresent(_ -> {
                    throw SigningRefusals.untrusted(deployed);
                });
    }

    /// The reason why a function that is a container image keeps to no configuration: images are signed in another way.
    public static ApiException imageRefusal() {
        return Refusals.invalid("Code signing is not supported for functions created with container images.");
    }

    /// Refuses a package for a new function that is to keep to this configuration.
    public void checkCreation(FunctionId function, CodeSigningConfigId config) {
        check(require(config).configuration(), function.name());
    }

    /// Refuses a package for a function whose configuration does not let it pass.
    public void checkUpdate(FunctionId function) {
        functions
                .read(function, FunctionView::signingConfig)
                .ifPresent(config -> check(config.configuration(), function.arn()));
    }

    private static void check(CodeSigningConfig config, String deployed) {
        if (SigningPolicies.enforces(config)) {
            throw SigningRefusals.untrusted(deployed);
        }
        LOG.log(Level.WARNING, "{0} is deployed without a signature that could be verified", deployed);
    }
}
