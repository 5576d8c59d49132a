package hearth.worker.runtimes;

import hearth.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The command that starts a runtime, with arguments that may depend on the function's memory.
public sealed interface StartCommand {
    /// What the process of a function begins with.
    ///
    /// @param environment of the process
    /// @param isThere whether the function brings this file, by its path inside
    default Entrypoint entrypoint(Bytes memory, Map<String, String> environment, Predicate<String> isThere) {
        return ExecWrapper.before(command(memory), environment);
    }

    /// The command of the runtime alone.
    List<String> command(Bytes memory);

    /// A program of the function's own, in the first of these places that has it.
    record Bootstrap(List<String> places) implements StartCommand {
        public Bootstrap {
            places = List.copyOf(places);
        }

        /// Wrappers are for managed runtimes only.
        @Override
        public Entrypoint entrypoint(Bytes memory, Map<String, String> environment, Predicate<String> isThere) {
            return places.stream()
                    .filter(isThere)
                    .findFirst()
                    .<Entrypoint>map(place -> new Entrypoint.Command(List.of(place), false))
                    .orElseGet(() -> new Entrypoint.Missing(
                            "Couldn't find valid bootstrap(s): [" + String.join(" ", places) + "]"));
        }

        @Override
        public List<String> command(Bytes memory) {
            return List.of(places.getFirst());
        }
    }

    /// The same for every function.
    record Fixed(List<String> words) implements StartCommand {
        public Fixed {
            words = List.copyOf(words);
        }

        @Override
        public List<String> command(Bytes memory) {
            return words;
        }
    }

    /// A JVM, which cannot see the sandbox's limit by itself and must be told how far its heap may grow.
    ///
    /// @param options go before the main class
    record Jvm(String java, List<String> options, List<String> mainClassAndArguments) implements StartCommand {
        /// AWS's share of the function's memory.
        private static final int HEAP_PERCENT = 85;

        public Jvm {
            options = List.copyOf(options);
            mainClassAndArguments = List.copyOf(mainClassAndArguments);
        }

        @Override
        public Entrypoint entrypoint(Bytes memory, Map<String, String> environment, Predicate<String> isThere) {
            return ExecWrapper.before(command(memory, environment), environment);
        }

        @Override
        public List<String> command(Bytes memory) {
            return command(memory, Map.of());
        }

        private List<String> command(Bytes memory, Map<String, String> environment) {
            var words = new ArrayList<String>();
            words.add(java);
            words.add("-XX:MaxHeapSize=" + memory.count() / 1024 * HEAP_PERCENT / 100 + "k");
            words.addAll(JvmLocale.options(environment));
            words.addAll(options);
            words.addAll(mainClassAndArguments);
            return List.copyOf(words);
        }
    }

    /// Node.js, whose heap would else grow by the host's memory and not the function's.
    ///
    /// @param scriptAndArguments go last
    record Node(String node, List<String> scriptAndArguments) implements StartCommand {
        /// AWS's shares of the function's memory.
        private static final int OLD_SPACE_PERCENT = 90;

        private static final int SEMI_SPACE_PERCENT = 5;

        public Node {
            scriptAndArguments = List.copyOf(scriptAndArguments);
        }

        @Override
        public List<String> command(Bytes memory) {
            var words = new ArrayList<String>();
            words.add(node);
            words.add("--max-semi-space-size=" + memory.toMebibytes() * SEMI_SPACE_PERCENT / 100);
            words.add("--max-old-space-size=" + memory.toMebibytes() * OLD_SPACE_PERCENT / 100);
            words.addAll(scriptAndArguments);
            return List.copyOf(words);
        }
    }
}
