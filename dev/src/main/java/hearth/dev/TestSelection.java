package hearth.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Which tests of a module are meant, in the words of JUnit's console.
record TestSelection(Checkout checkout, String module, Path classes) {
    /// @param names `Class` or `Class#method`, the class with or without its package; none means all tests
    List<String> of(List<String> names) throws IOException {
        if (names.isEmpty()) {
            return List.of("--scan-classpath=" + classes);
        }
        var arguments = new LinkedHashSet<String>();
        var methods = new ArrayList<String>();
        for (var name : names) {
            var parts = name.split("#", 2);
            for (var found : find(parts[0])) {
                arguments.add("--select-class=" + found);
                methods.add(
                        Pattern.quote(found) + (parts.length < 2 ? "[#$].*" : "(\\$.*)?#" + Pattern.quote(parts[1])));
            }
        }
        if (names.stream().anyMatch(name -> name.contains("#"))) {
            arguments.add("--include-methodname=" + String.join("|", methods));
        }
        // A class that was asked for is meant, whatever its name.
        arguments.add("--include-classname=.*");
        return List.copyOf(arguments);
    }

    private List<String> find(String name) throws IOException {
        var file = Path.of(name.replace('.', '/') + ".class");
        var found = SourceFiles.below(classes)
                .filter(each -> each.endsWith(file))
                .map(each -> classes.relativize(each).toString())
                .map(each ->
                        each.substring(0, each.length() - ".class".length()).replace('/', '.'))
                .toList();
        if (found.isEmpty()) {
            throw new TestsRefused(
                    "there is no test class '" + name + "' in " + module + elsewhere(name) + similar(name));
        }
        return found;
    }

    private String elsewhere(String name) throws IOException {
        var modules = checkout.modulesWith(name);
        return modules.isEmpty() ? "" : "; there is one in " + String.join(" and ", modules);
    }

    /// The test classes whose names have that in them.
    private String similar(String name) throws IOException {
        var part = name.replaceAll("Test$", "").toLowerCase(Locale.ROOT);
        var similar = SourceFiles.below(classes)
                .map(each -> each.getFileName().toString())
                .filter(each -> each.endsWith("Test.class")
                        && each.toLowerCase(Locale.ROOT).contains(part))
                .map(each -> each.substring(0, each.length() - ".class".length()))
                .sorted()
                .limit(10)
                .toList();
        return similar.isEmpty() ? "" : "; similar: " + String.join(", ", similar);
    }
}
