package hearth.server.cli;

import hearth.model.AccountId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The arguments of a command: options from the command line, else from the environment, else their defaults.
///
/// Written by hand because the start of the server waits for it: picocli takes 0.3 s of CPU for the same.
final class Arguments {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final Map<String, String> values;
    private final List<String> operands;
    private final Map<String, String> environment;

    private Arguments(Map<String, String> values, List<String> operands, Map<String, String> environment) {
        this.values = values;
        this.operands = List.copyOf(operands);
        this.environment = environment;
    }

    /// @throws UsageException for an option that the command has not, or a value that is missing
    static Arguments parse(Command command, List<String> words, Map<String, String> environment) {
        var values = new HashMap<String, String>();
        for (var option : command.options()) {
            var set = option.environment().isEmpty() ? null : environment.get(option.environment());
            values.put(option.name(), set == null ? option.fallback() : set);
        }
        var operands = new ArrayList<String>();
        var given = new HashSet<String>();
        var rest = words.iterator();
        while (rest.hasNext()) {
            var word = rest.next();
            if (!word.startsWith("--")) {
                operands.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            var name = equals < 0 ? word : word.substring(0, equals);
            var option = command.options().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("there is no option " + name + "."
                            + Suggestion.of(
                                    name,
                                    command.options().stream().map(Option::name).toList())));
            if (option.isFlag() ? equals >= 0 : equals < 0 && !rest.hasNext()) {
                throw new UsageException(name + (option.isFlag() ? " takes no value" : " needs a value"));
            }
            var value = option.isFlag() ? "true" : equals < 0 ? rest.next() : word.substring(equals + 1);
            boolean again = !given.add(name) && option.repeatable();
            values.put(name, again ? values.get(name) + "," + value : value);
        }
        boolean tooMany = operands.size() > command.operands() && !command.takesSeveral();
        if (tooMany || operands.size() < command.operands()) {
            throw new UsageException(wanted(command, operands));
        }
        return new Arguments(values, operands, environment);
    }

    private static String wanted(Command command, List<String> operands) {
        if (command.operands() == 0) {
            return operands.getFirst() + " is not an option";
        }
        if (command.operands() > 1) {
            return command.operand().replace(" ", " and ") + " are needed, and nothing more";
        }
        return (command.takesSeveral() ? "at least" : "exactly") + " one " + command.operand() + " is needed";
    }

    /// The environment that the command was called in.
    Map<String, String> environment() {
        return environment;
    }

    /// `$HOME` where there is one, as for every shell; the JVM asks the user database instead.
    private Path home() {
        var home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home);
    }

    /// The word that is no option, of a command that takes one.
    String operand() {
        return operands.getFirst();
    }

    /// The words that are no options, of a command that takes several.
    List<String> operands() {
        return operands;
    }

    /// An option's value; empty when it was not given and has no default.
    String text(Option option) {
        var value = values.get(option.name());
        if (value == null) {
            throw new IllegalArgumentException("The command has no option " + option.name());
        }
        return value;
    }

    /// The values of an option that may be given several times.
    List<String> list(Option option) {
        return Stream.of(text(option).split(",", -1))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /// Set by the option itself, or by its variable.
    boolean flag(Option option) {
        return switch (text(option)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0", "" -> false;
            default -> throw new UsageException(option.environment() + " is true or false, and not " + text(option));
        };
    }

    int number(Option option, int least, int most) {
        var text = text(option);
        if (text.matches("\\d{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new UsageException(
                "%s is a number from %d to %d, and not %s".formatted(option.name(), least, most, text));
    }

    AccountId account(Option option) {
        var text = text(option);
        if (!AccountId.isValid(text)) {
            throw new UsageException(option.name() + " has 12 digits, and this has not: " + text);
        }
        return new AccountId(text);
    }

    /// `500ms`, `30s`, `10m`, `2h`, `7d`; empty when it was not given.
    Optional<Duration> duration(Option option) {
        var text = text(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new UsageException(
                    option.name() + " is a number with ms, s, m, h or d behind it, such as 10m, and not " + text);
        }
        long count = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    default -> Duration.ofDays(count);
                });
    }

    /// A folder, absolute; `~/` is the user's home.
    Path folder(Option option) {
        var text = text(option);
        var path = text.startsWith("~/") ? home().resolve(text.substring(2)) : Path.of(text);
        return path.toAbsolutePath().normalize();
    }
}
