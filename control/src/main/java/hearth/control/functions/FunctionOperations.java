package hearth.control.functions;

import hearth.cluster.Store;
import hearth.control.code.CodeStorage;
import hearth.control.code.Packages;
import hearth.control.operation.CodeLocation;
import hearth.control.operation.ControlLimits;
import hearth.control.operation.Operations;
import hearth.control.operation.RevisionIds;
import java.time.InstantSource;

/// The operations on functions and their versions, and what brings these from one state to the next.
public final class FunctionOperations implements AutoCloseable {
    private final Transitions transitions;

    private FunctionOperations(Transitions transitions) {
        this.transitions = transitions;
    }

    /// Resumes what the last run did not bring to its end.
    public static FunctionOperations addTo(
            Operations operations,
            Store store,
            InstantSource clock,
            RevisionIds revisionIds,
            ControlLimits limits,
            Packages packages,
            CodeStorage storage,
            CodeLocation code) {
        var functions = store.functions();
        var rules = new ConfigurationRules(limits);
        var lookup = new FunctionLookup(functions);
        var tags = new Tags(functions, revisionIds);
        var transitions = new Transitions(functions, revisionIds);
        var updates = new FunctionUpdates(functions, revisionIds, transitions);
        operations
                .add(new CreateFunction(functions, packages, storage, rules, revisionIds, clock, transitions))
                .add(new DeleteFunction(functions))
                .add(new GetAccountSettings(functions, limits))
                .add(new GetFunction(lookup, code))
                .add(new GetFunctionConfiguration(lookup))
                .add(new ListFunctions(functions))
                .add(new ListTags(tags))
                .add(new ListVersionsByFunction(functions))
                .add(new PublishVersion(functions, storage, revisionIds, transitions))
                .add(new TagResource(tags))
                .add(new UntagResource(tags))
                .add(new UpdateFunctionCode(functions, packages, storage, updates, clock))
                .add(new UpdateFunctionConfiguration(functions, rules, updates, clock));
        transitions.resume();
        return new FunctionOperations(transitions);
    }

    /// Waits for functions on their way to another state.
    @Override
    public void close() {
        transitions.close();
    }
}
