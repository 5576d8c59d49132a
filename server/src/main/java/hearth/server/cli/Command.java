package hearth.server.cli;

import java.util.List;
import java.util.stream.Collectors;

/// A command of `./hearth`.
///
/// @param name one word or two: `up`, `keys create`
/// @param operand what it takes besides options, for the help: a word for each; empty for nothing; several where it
///     ends with `…`
record Command(String name, String operand, String description, List<Option> options, Action action) {
    /// The action of a command.
    @FunctionalInterface
    interface Action {
        /// @return the exit status
        int run(Arguments arguments) throws Exception;
    }

    /// How many operands it takes at least.
    int operands() {
        return operand.isEmpty() ? 0 : operand.split(" ").length;
    }

    /// Whether it takes any number of operands.
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
