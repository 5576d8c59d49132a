package hearth.server.cli;

/// An option of a command: `--name VALUE`, `--name=VALUE`, or `--name` alone where it takes no value.
///
/// @param name with its dashes
/// @param value what its value is, for the help; empty for an option without one
/// @param environment the variable that sets it too; empty for none
/// @param fallback its value when nobody says any; empty for none
/// @param repeatable whether it may be given several times; its values are joined by commas
record Option(String name, String value, String environment, String fallback, String description, boolean repeatable) {
    /// `--data`, which most commands have.
    static final Option DATA = of("--data", "DIR", "~/.hearth", "Folder of everything that is kept")
            .orEnvironment("HEARTH_DATA");

    static Option of(String name, String value, String fallback, String description) {
        return new Option(name, value, "", fallback, description, false);
    }

    static Option flag(String name, String description) {
        return new Option(name, "", "", "", description, false);
    }

    /// May be given several times.
    static Option list(String name, String value, String description) {
        return new Option(name, value, "", "", description, true);
    }

    Option orEnvironment(String variable) {
        return new Option(name, value, variable, fallback, description, repeatable);
    }

    boolean isFlag() {
        return value.isEmpty();
    }

    String help() {
        var usage = isFlag() ? name : name + " " + value;
        return "  %-34s %s%s%s"
                .formatted(
                        usage,
                        description,
                        fallback.isEmpty() ? "" : " (" + fallback + ")",
                        environment.isEmpty() ? "" : " [" + environment + "]");
    }
}
