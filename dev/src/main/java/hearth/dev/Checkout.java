package hearth.dev;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A checkout of Hearth: its modules, and what each needs by Maven's word.
///
/// Maven has written each module's class path to `target/test-classpath`. Where that names what Maven compiles of one
/// of our modules, what was compiled here takes its place.
final class Checkout {
    private static final String CLASS_PATH = "target/test-classpath";

    /// What Maven compiles of a module or has packed already: folders and jars of its program or of its tests.
    private static final Pattern MADE = Pattern.compile(
            "(?<module>[a-z]+)/target/(classes|(dist/lib/)?[^/]+(?<!-tests)\\.jar|(?<tests>test-classes|[^/]+-tests\\.jar))");

    private final Path root;

    Checkout(Path root) {
        this.root = root;
    }

    /// The tests of a module.
    SourceSet tests(String module) {
        if (!Files.exists(root.resolve(module).resolve(CLASS_PATH))) {
            throw new TestsRefused("there is no module '" + module + "' with tests in Java");
        }
        return sources(module, true);
    }

    /// What has to be compiled for some sources and those themselves, each after all that it needs.
    SequencedSet<SourceSet> inOrder(SourceSet wanted) {
        var ordered = new LinkedHashSet<SourceSet>();
        for (var needed : wanted.needs()) {
            ordered.addAll(inOrder(needed));
        }
        ordered.add(wanted);
        return ordered;
    }

    /// The class path to run tests with: theirs, and that of this module, which brings what starts JUnit.
    String runPath(SourceSet tests) {
        var path = new LinkedHashSet<>(tests.classPath());
        sources("dev", true).classPath().stream()
                .filter(entry -> !entry.startsWith(root))
                .forEach(path::add);
        return joined(path);
    }

    /// The options with which Java runs a module's tests, in the build and here.
    List<String> testOptions(String module) throws IOException {
        var own = root.resolve(module).resolve("src/test/java.options");
        return Files.readAllLines(Files.exists(own) ? own : root.resolve("dev/java.options")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    /// The modules that have a test class of a name.
    List<String> modulesWith(String testClass) throws IOException {
        var file = Path.of(testClass + ".java");
        try (var modules = Files.newDirectoryStream(root, Files::isDirectory)) {
            var found = new ArrayList<String>();
            for (var module : modules) {
                if (SourceFiles.below(module.resolve("src/test/java")).anyMatch(each -> each.endsWith(file))) {
                    found.add(module.getFileName().toString());
                }
            }
            return found;
        }
    }

    static String joined(Iterable<Path> path) {
        var entries = new ArrayList<String>();
        path.forEach(entry -> entries.add(entry.toString()));
        return String.join(File.pathSeparator, entries);
    }

    private SourceSet sources(String module, boolean tests) {
        var needs = new ArrayList<SourceSet>();
        var libraries = new ArrayList<Path>();
        if (tests) {
            needs.add(sources(module, false));
        }
        for (var entry : readClassPath(module)) {
            var made =
                    MADE.matcher(entry.startsWith(root) ? root.relativize(entry).toString() : "");
            if (made.matches()) {
                needs.add(sources(made.group("module"), made.group("tests") != null));
            } else {
                libraries.add(entry);
            }
        }
        return new SourceSet(root.resolve(module), tests, needs, libraries);
    }

    private List<Path> readClassPath(String module) {
        var file = root.resolve(module).resolve(CLASS_PATH);
        try {
            var entries = Stream.of(Files.readString(file).strip().split(File.pathSeparator))
                    .filter(entry -> !entry.isEmpty())
                    .map(Path::of)
                    .toList();
            for (var entry : entries) {
                if (!entry.startsWith(root) && !Files.exists(entry)) {
                    Files.delete(file);
                    throw new TestsRefused(entry + " is gone; once more, and Maven will fetch it");
                }
            }
            return entries;
        } catch (IOException e) {
            throw new TestsRefused("Maven has not said what " + module + " needs: " + e.getMessage());
        }
    }
}
