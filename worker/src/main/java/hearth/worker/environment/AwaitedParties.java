package hearth.worker.environment;

import java.util.List;

/// The parties that a phase of an environment's life still waits for, by name: the runtime's own process.
///
/// Without a list of its own as long as one is awaited, since every invocation has such a phase.
final class AwaitedParties {
    static final String RUNTIME = "runtime";

    private static final List<String> THE_RUNTIME = List.of(RUNTIME);

    private List<String> names;

    private AwaitedParties(List<String> names) {
        this.names = names;
    }

    static AwaitedParties ofRuntime() {
        return new AwaitedParties(THE_RUNTIME);
    }

    static AwaitedParties of(List<String> names) {
        return new AwaitedParties(List.copyOf(names));
    }

    /// One has done its part. Safe to repeat.
    ///
    /// @return whether nobody is awaited any more
    boolean done(String name) {
        if (names.contains(name)) {
            names = names.size() == 1
                    ? List.of()
                    : names.stream().filter(other -> !other.equals(name)).toList();
        }
        return names.isEmpty();
    }

    boolean isOver() {
        return names.isEmpty();
    }
}
