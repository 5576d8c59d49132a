package hearth.server.cli;

import java.util.List;
import java.util.stream.Collectors;

/// A command of `./hearth`.
///
/// @param name one word or two: `up`, `keys create`
/// @param operand what it takes besides options, for the help; empty for nothing; several where it ends with `…`
record Command(String name, String operand, String description, List<Option> options, Action action) {
    /// The action of a command.
    @FunctionalInterface
    interface Action {
        /// @return the exit status
        int run(Arguments arguments) throws Exception;
    }

    /// Whether it takes more than one operand.
    boolean takesSeveral() {
        return operand.endsWith("…");
    }

    String help() {
        var usage =
                "hearth " + name + (operand.isEmpty() ? "" : " " + operand) + (options.isEmpty() ? "" : " [OPTIONS]");
        return "Usage: " + usage + "\n" + description + "\n"
                + options.stream().map(Option::help).collect(Collectors.joining("\n"));
    }
}
