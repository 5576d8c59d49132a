package hearth.control.functions;

import hearth.cluster.Store;
import hearth.control.code.CodeStorage;
import hearth.control.code.Packages;
import hearth.control.code.ReferredPackages;
import hearth.control.layers.LayerLookup;
import hearth.control.operation.CodeLocation;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.Operations;
import hearth.control.operation.ProvisionedEnvironments;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Settling;
import hearth.control.signing.CodeSigning;
import hearth.control.tags.Taggable;
import java.time.InstantSource;

/// The operations on functions and their versions, and what brings these from one state to the next.
public final class FunctionOperations implements AutoCloseable {
    private final Transitions transitions;
    private final CodeWatch watch;
    private final Taggable tags;

    private FunctionOperations(Transitions transitions, CodeWatch watch, Taggable tags) {
        this.transitions = transitions;
        this.watch = watch;
        this.tags = tags;
    }

    /// Resumes what the last run did not bring to its end.
    public static FunctionOperations addTo(
            Operations operations,
            Store store,
            InstantSource clock,
            RevisionIds revisionIds,
            ControlLimits limits,
            Packages packages,
            ReferredPackages referred,
            CodeStorage storage,
            CodeSigning signing,
            CodeLocation code,
            ProvisionedEnvironments environments) {
        var functions = store.functions();
        var rules = new ConfigurationRules(limits);
        var lookup = new FunctionLookup(functions);
        var layers = new LayerLookup(store.layers());
        var transitions = new Transitions(functions, revisionIds, new Settling(store), environments);
        var updates = new FunctionUpdates(functions, revisionIds, transitions);
        operations
                .add(new CreateFunction(
                        functions,
                        packages,
                        referred,
                        storage,
                        layers,
                        rules,
                        signing,
                        revisionIds,
                        clock,
                        transitions))
                .add(new DeleteFunction(functions))
                .add(new GetAccountSettings(functions, limits))
                .add(new GetFunction(lookup, code, referred))
                .add(new GetFunctionConfiguration(lookup))
                .add(new ListFunctions(functions))
                .add(new ListVersionsByFunction(functions))
                .add(new PublishVersion(functions, storage, revisionIds, transitions))
                .add(new UpdateFunctionCode(functions, packages, referred, storage, signing, updates, clock))
                .add(new UpdateFunctionConfiguration(functions, packages, referred, layers, rules, updates, clock));
        transitions.resume();
        var watch = new CodeWatch(functions, store.blobs(), referred, revisionIds);
        watch.begin();
        return new FunctionOperations(transitions, watch, new FunctionTags(functions, revisionIds));
    }

    public Taggable tags() {
        return tags;
    }

    /// Looks soon whether the code that stays in S3 is still there.
    public void lookForCode() {
        watch.hurry();
    }

    /// Waits for functions on their way to another state.
    @Override
    public void close() {
        watch.close();
        transitions.close();
    }
}
