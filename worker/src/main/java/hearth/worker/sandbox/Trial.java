package hearth.worker.sandbox;

import java.util.List;

/// What trying a kind of sandbox came to: one was made with it, ran a program, and was ended.
public sealed interface Trial {
    /// It works here.
    ///
    /// @param factory of such sandboxes, to be closed
    /// @param shortcomings what this host lacks for the whole of it, in words for users
    record Works(SandboxFactory factory, List<String> shortcomings) implements Trial {
        public Works {
            shortcomings = List.copyOf(shortcomings);
        }
    }

    /// It does not.
    record Fails(String reason) implements Trial {}
}
