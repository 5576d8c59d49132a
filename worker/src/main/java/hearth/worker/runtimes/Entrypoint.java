package hearth.worker.runtimes;

import java.util.List;

/// What the process of a function's runtime begins with.
public sealed interface Entrypoint {
    /// @param words the program and its arguments, as the inside has them
    /// @param wrapped whether a script of the function's own comes first, which starts the runtime or not
    record Command(List<String> words, boolean wrapped) implements Entrypoint {
        public Command {
            words = List.copyOf(words);
        }
    }

    /// There is nothing to begin with.
    ///
    /// @param why in AWS's words
    record Missing(String why) implements Entrypoint {}
}
