package hearth.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Compiles what the tests of a module need, and writes the arguments of the Java that runs them.
///
/// Arguments: the checkout, the file to write, the module, and then tests (`Class`, `Class#method`) and options of the
/// Java that runs them (`-D…`, `-agentlib:…`).
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        try {
            var checkout = new Checkout(Path.of(arguments[0]));
            var words = List.of(arguments).subList(3, arguments.length);
            Files.write(Path.of(arguments[1]), launch(checkout, arguments[2], words));
        } catch (TestsRefused refusal) {
            System.err.println("hearth: " + refusal.getMessage());
            System.exit(1);
        }
    }

    private static List<String> launch(Checkout checkout, String module, List<String> words) throws IOException {
        var tests = checkout.tests(module);
        for (var sources : checkout.inOrder(tests)) {
            sources.compile(System.err);
        }
        var options = words.stream().filter(word -> word.startsWith("-")).toList();
        var names = words.stream().filter(word -> !word.startsWith("-")).toList();
        var launch = new ArrayList<String>();
        launch.addAll(checkout.testOptions(module));
        launch.addAll(options);
        launch.addAll(List.of("-cp", checkout.runPath(tests)));
        launch.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner"));
        // Names and reasons for skipping of a few tests; of a whole module's, only what failed.
        launch.addAll(List.of(names.isEmpty() ? "--details=summary" : "--details=tree", "--fail-if-no-tests"));
        launch.addAll(new TestSelection(checkout, module, tests.classes()).of(names));
        return launch.stream().map(Main::quoted).toList();
    }

    /// One argument as a line of a file that `java @file` reads.
    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
