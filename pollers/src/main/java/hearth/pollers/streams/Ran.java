package hearth.pollers.streams;

import java.util.Optional;

/// How it ended to have the function run on a batch.
sealed interface Ran {
    /// @param state of the tumbling window, as the function returned it
    record Passed(Optional<String> state) implements Ran {}

    /// @param from the first record that failed: those before it passed
    /// @param state as of `Passed`, of those before
    record Failed(int from, Optional<String> state) implements Ran {}

    /// No function could run on it, now or later.
    record Unfit() implements Ran {}

    /// The function did not run, and may later.
    record NotRun() implements Ran {}
}
