package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.cluster.VersionRecord;
import hearth.control.code.CodeStorage;
import hearth.control.code.Packages;
import hearth.control.code.ReferredPackages;
import hearth.control.code.RequestedPackage;
import hearth.control.layers.LayerLookup;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.control.operation.Timestamps;
import hearth.control.signing.CodeSigning;
import hearth.model.CodeSigningConfigId;
import hearth.model.FunctionId;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionConfiguration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// `POST /2015-03-31/functions`
final class CreateFunction implements Operation<CreateFunctionRequest, FunctionConfiguration> {
    private final FunctionStore functions;
    private final Packages packages;
    private final ReferredPackages referred;
    private final CodeStorage storage;
    private final LayerLookup layers;
    private final ConfigurationRules rules;
    private final CodeSigning signing;
    private final RevisionIds revisionIds;
    private final InstantSource clock;
    private final Transitions transitions;

    CreateFunction(
            FunctionStore functions,
            Packages packages,
            ReferredPackages referred,
            CodeStorage storage,
            LayerLookup layers,
            ConfigurationRules rules,
            CodeSigning signing,
            RevisionIds revisionIds,
            InstantSource clock,
            Transitions transitions) {
        this.functions = functions;
        this.packages = packages;
        this.referred = referred;
        this.storage = storage;
        this.layers = layers;
        this.rules = rules;
        this.signing = signing;
        this.revisionIds = revisionIds;
        this.clock = clock;
        this.transitions = transitions;
    }

    @Override
    public FunctionConfiguration handle(Caller caller, CreateFunctionRequest request) {
        var function = Target.created(caller, request.functionName());
        rules.checkSizes(request.memorySize(), request.timeout(), request.ephemeralStorage());
        Unsupported.refuse(request);
        var code = Objects.requireNonNullElseGet(
                request.code(), () -> FunctionCode.builder().build());
        packages.requireSize(code.zipFile());
        PackageType.check(request, code);
        rules.checkCreation(request);
        var configuration = Configurations.created(function, request);
        CombinationRules.check(null, configuration);
        var own = FunctionLayers.find(layers, caller, Objects.requireNonNullElse(request.layers(), List.of()));
        var signed = signing.requested(caller, request.codeSigningConfigArn());
        if (PackageType.isImage(configuration)) {
            signed.ifPresent(_ -> {
                throw CodeSigning.imageRefusal();
            });
            var image = ImageReference.of(String.valueOf(code.imageUri()));
            requireNew(function);
            return create(function, request, configuration, StoredCode.of(image), signed, own);
        }
        var source = RequestedPackage.of(code);
        source.require();
        requireNew(function);
        referred.requireReadable(own.digests());
        try (var taken = packages.take(source, function.arn(), own.digests())) {
            signed.ifPresent(config -> signing.checkCreation(function, config));
            boolean publish = Boolean.TRUE.equals(request.publish());
            try (var _ = storage.take(caller.account(), caller.region(), (publish ? 2 : 1) * taken.storedSize());
                    var _ = packages.keep(taken)) {
                var stored = StoredCode.of(taken, code.sourceKMSKeyArn());
                return create(function, request, configuration, stored, signed, own);
            }
        }
    }

    private void requireNew(FunctionId function) {
        if (functions.find(function).isPresent()) {
            throw Refusals.functionExists(function);
        }
    }

    private FunctionConfiguration create(
            FunctionId function,
            CreateFunctionRequest request,
            FunctionConfiguration settings,
            StoredCode code,
            Optional<CodeSigningConfigId> signed,
            FunctionLayers own) {
        var configuration = code.in(settings.toBuilder())
                .lastModified(Timestamps.of(clock.instant()))
                .build();
        var latest =
                own.in(code.version(Lifecycle.pending(configuration, revisionIds.next()), functions.nextGeneration()));
        var record = FunctionRecord.created(function, latest, Objects.requireNonNullElse(request.tags(), Map.of()));
        boolean publish = Boolean.TRUE.equals(request.publish());
        var first = publish ? publication(latest).of(record) : Change.to(record);
        if (!functions.create(first, edit -> signed.ifPresent(config -> CodeSigning.attachNew(edit, config)))) {
            throw Refusals.functionExists(function);
        }
        transitions.settle(first);
        // AWS answers with the version's number, but $LATEST's ARN.
        var shown = first.function().latest().configuration();
        return publish ? shown.toBuilder().version("1").build() : shown;
    }

    private Publication publication(VersionRecord latest) {
        var unchanged = Objects.requireNonNull(latest.configuration().revisionId());
        return new Publication(null, functions.nextGeneration(), revisionIds.next(), unchanged);
    }
}
