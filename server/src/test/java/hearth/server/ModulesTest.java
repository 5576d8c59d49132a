package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.api.ApiOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Comment;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/// The modules as Maven has them and as ARCHITECTURE.md tells of them.
class ModulesTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\|[^|]*\\|([^|]*)\\|");
    private static final Pattern DECLARED = Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w+)");
    private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w+)(?:\\.\\w+)?`");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void needOneAnotherAsTheArchitectureSays() throws Exception {
        var declared = new TreeMap<String, Set<String>>();
        for (var module : texts(pom(REPOSITORY), "modules")) {
            declared.put(module, needed(module));
        }

        var told = told(declared.keySet());

        // It has the server's program on its class path, which is what the table says of it.
        assertThat(declared.remove("conformance")).containsExactly("server");
        assertThat(told.remove("conformance")).isEmpty();
        assertThat(declared).isEqualTo(told);
    }

    /// The modules of the table, and for each those that it may see.
    private static Map<String, Set<String>> told(Set<String> modules) throws IOException {
        var told = new TreeMap<String, Set<String>>();
        for (var line : Files.readAllLines(REPOSITORY.resolve("ARCHITECTURE.md"))) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                var seen = new TreeSet<String>();
                NAME.matcher(row.group(2)).results().forEach(name -> seen.add(name.group(1)));
                told.put(row.group(1), seen);
                if (row.group(2).strip().equals("all")) {
                    seen.addAll(modules);
                    seen.removeAll(Set.of("server", "guest", "conformance", "release", "bench", "dev"));
                }
            }
        }
        return told;
    }

    /// The modules that a module's program needs, and for conformance, which has none, its tests.
    private static Set<String> needed(String module) throws Exception {
        var needed = new TreeSet<String>();
        for (var dependency : dependencies(pom(REPOSITORY.resolve(module)))) {
            boolean counts = !text(dependency, "scope").equals("test") || module.equals("conformance");
            if (isOurs(dependency) && counts && text(dependency, "type").isEmpty()) {
                needed.add(text(dependency, "artifactId"));
            }
        }
        return needed;
    }

    @Test
    void sayOfEachLibraryWhatItIsFor() throws Exception {
        var silent = new ArrayList<String>();
        for (var dependency : dependencies(child(pom(REPOSITORY), "dependencyManagement"))) {
            if (!isOurs(dependency) && !isExplained(dependency)) {
                silent.add(text(dependency, "artifactId"));
            }
        }
        for (var module : texts(pom(REPOSITORY), "modules")) {
            for (var dependency : dependencies(pom(REPOSITORY.resolve(module)))) {
                if (!isOurs(dependency) && !text(dependency, "version").isEmpty() && !isExplained(dependency)) {
                    silent.add(module + ": " + text(dependency, "artifactId"));
                }
            }
        }

        assertThat(silent).isEmpty();
    }

    @Test
    void areToldOfByNamesOfClassesThatAreThere() throws Exception {
        var known = new TreeSet<String>();
        for (var module : texts(pom(REPOSITORY), "modules")) {
            var sources = REPOSITORY.resolve(module).resolve("src");
            if (!Files.exists(sources)) {
                continue;
            }
            try (var files = Files.walk(sources)) {
                for (var file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    DECLARED.matcher(Files.readString(file)).results().forEach(type -> known.add(type.group(1)));
                }
            }
        }
        Arrays.stream(ApiOperation.values()).forEach(operation -> known.add(operation.wireName()));

        var told = CLASS.matcher(Files.readString(REPOSITORY.resolve("ARCHITECTURE.md")))
                .results()
                .map(name -> name.group(1))
                .toList();

        assertThat(told).isNotEmpty();
        assertThat(told).filteredOn(name -> !known.contains(name)).isEmpty();
    }

    /// Whether a comment stands above it, or above neighbours from the same house.
    private static boolean isExplained(Element dependency) {
        var group = text(dependency, "groupId");
        for (var before = dependency.getPreviousSibling(); before != null; before = before.getPreviousSibling()) {
            if (before instanceof Comment) {
                return true;
            }
            if (before instanceof Element other && !text(other, "groupId").equals(group)) {
                return false;
            }
        }
        return false;
    }

    private static boolean isOurs(Element dependency) {
        return text(dependency, "groupId").equals("dev.hearth");
    }

    private static Element pom(Path folder) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(folder.resolve("pom.xml").toFile())
                .getDocumentElement();
    }

    private static List<Element> dependencies(Element parent) {
        return children(child(parent, "dependencies")).toList();
    }

    private static List<String> texts(Element parent, String name) {
        return children(child(parent, name)).map(Node::getTextContent).toList();
    }

    private static String text(Element parent, String name) {
        return children(parent)
                .filter(each -> each.getTagName().equals(name))
                .map(Node::getTextContent)
                .findFirst()
                .orElse("");
    }

    private static Element child(Element parent, String name) {
        return children(parent)
                .filter(each -> each.getTagName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Element> children(Element parent) {
        return Stream.iterate(parent.getFirstChild(), node -> node != null, Node::getNextSibling)
                .filter(Element.class::isInstance)
                .map(Element.class::cast);
    }
}
