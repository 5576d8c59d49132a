package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.cluster.VersionRecord;
import hearth.control.code.CodeStorage;
import hearth.control.code.Packages;
import hearth.control.code.ReferredPackages;
import hearth.control.code.RequestedPackage;
import hearth.control.code.TakenPackage;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.control.operation.Timestamps;
import hearth.control.signing.CodeSigning;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.UpdateFunctionCodeRequest;
import java.time.InstantSource;

/// `PUT /2015-03-31/functions/{FunctionName}/code`
final class UpdateFunctionCode implements Operation<UpdateFunctionCodeRequest, FunctionConfiguration> {
    private final FunctionStore functions;
    private final Packages packages;
    private final ReferredPackages referred;
    private final CodeStorage storage;
    private final CodeSigning signing;
    private final FunctionUpdates updates;
    private final InstantSource clock;

    UpdateFunctionCode(
            FunctionStore functions,
            Packages packages,
            ReferredPackages referred,
            CodeStorage storage,
            CodeSigning signing,
            FunctionUpdates updates,
            InstantSource clock) {
        this.functions = functions;
        this.packages = packages;
        this.referred = referred;
        this.storage = storage;
        this.signing = signing;
        this.updates = updates;
        this.clock = clock;
    }

    @Override
    public FunctionConfiguration handle(Caller caller, UpdateFunctionCodeRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "UpdateFunctionCode");
        var before = functions.find(function).orElseThrow(() -> Refusals.functionNotFound(function.arn()));
        Unsupported.refuse(request);
        FunctionUpdates.requireUpdatable(before, request.revisionId());
        PackageType.check(before.latest().configuration(), request);
        if (PackageType.isImage(before.latest().configuration())) {
            var image = StoredCode.of(ImageReference.of(String.valueOf(request.imageUri())));
            return isDryRun(request) ? with(before, image, request).configuration() : update(before, image, request);
        }
        // A layer that stays in S3 and cannot be read any more has to go before the function can be changed.
        referred.requireReadable(before.latest().layers());
        try (var taken = packages.take(
                RequestedPackage.of(request), function.arn(), before.latest().layers())) {
            return update(before, taken, request);
        }
    }

    private FunctionConfiguration update(FunctionRecord before, TakenPackage taken, UpdateFunctionCodeRequest request) {
        var function = before.id();
        signing.checkUpdate(function);
        var code = StoredCode.of(taken, request.sourceKMSKeyArn());
        if (isDryRun(request)) {
            return with(before, code, request).configuration();
        }
        long growth = growth(before, taken, Boolean.TRUE.equals(request.publish()));
        try (var _ = storage.take(function.account(), function.region(), growth);
                var _ = packages.keep(taken)) {
            return update(before, code, request);
        }
    }

    private static boolean isDryRun(UpdateFunctionCodeRequest request) {
        return Boolean.TRUE.equals(request.dryRun());
    }

    /// The package was checked together with the layers that the function had then.
    private FunctionConfiguration update(FunctionRecord before, StoredCode code, UpdateFunctionCodeRequest request) {
        boolean publish = Boolean.TRUE.equals(request.publish());
        var change = updates.update(before.id(), request.revisionId(), publish, CodeSigning::requirePassage, now -> {
            if (!now.latest().layers().equals(before.latest().layers())) {
                throw Refusals.updateInProgress(now.id());
            }
            return with(now, code, request);
        });
        return shown(change, publish);
    }

    private VersionRecord with(FunctionRecord function, StoredCode code, UpdateFunctionCodeRequest request) {
        var latest = function.latest();
        var next = code.in(latest.configuration().toBuilder()).lastModified(Timestamps.of(clock.instant()));
        if (request.architectures() != null) {
            next.architectures(request.architectures());
        }
        return code.version(next.build(), latest.generation()).withLayers(latest.layers());
    }

    private static long growth(FunctionRecord before, TakenPackage taken, boolean publish) {
        return (publish ? 2 : 1) * taken.storedSize() - before.latest().storedSize();
    }

    private static FunctionConfiguration shown(Change change, boolean publish) {
        return publish
                ? Publication.answered(change.published().orElseThrow())
                : change.function().latest().configuration();
    }
}
