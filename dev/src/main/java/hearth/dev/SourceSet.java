package hearth.dev;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;

/// The sources of a module's program or those of its tests, and what they need.
///
/// @param needs source sets of this checkout
/// @param libraries all else on the class path
record SourceSet(Path module, boolean tests, List<SourceSet> needs, List<Path> libraries) {
    Path folder() {
        return module.resolve(tests ? "src/test" : "src/main");
    }

    /// Where the classes come to lie.
    Path classes() {
        return module.resolve(tests ? "target/quick/test-classes" : "target/quick/classes");
    }

    private Path remembered() {
        return module.resolve(tests ? "target/quick/tests" : "target/quick/program");
    }

    List<Path> sourceFolders() throws IOException {
        var folders = new ArrayList<>(List.of(folder().resolve("java")));
        var generated = module.resolve(tests ? "target/generated-test-sources" : "target/generated-sources");
        if (Files.isDirectory(generated)) {
            try (var each = Files.list(generated)) {
                folders.addAll(each.sorted().toList());
            }
        }
        return folders;
    }

    /// These classes first, then those that they need, then the libraries. Maven names also what is needed indirectly.
    SequencedSet<Path> classPath() {
        var path = new LinkedHashSet<Path>();
        path.add(classes());
        needs.forEach(needed -> path.add(needed.classes()));
        path.addAll(libraries);
        return path;
    }

    /// Compiles what has changed and what that changes.
    void compile(PrintStream out) throws IOException {
        copyResources();
        new Compilation(this, remembered()).run(out);
    }

    /// The shapes of all classes that these sources see of other source sets.
    Map<String, ClassShape> shapesNeeded() throws IOException {
        var shapes = new TreeMap<String, ClassShape>();
        for (var needed : needs) {
            shapes.putAll(needed.shapesNeeded());
            shapes.putAll(LastCompilation.read(needed.remembered()).shapes());
        }
        return shapes;
    }

    private void copyResources() throws IOException {
        var resources = SourceFiles.in(List.of(folder().resolve("resources")), "");
        for (var resource : resources.files().entrySet()) {
            var copy = classes().resolve(resource.getKey());
            var time = Files.getLastModifiedTime(resource.getValue());
            if (!Files.exists(copy) || !Files.getLastModifiedTime(copy).equals(time)) {
                Files.createDirectories(copy.getParent());
                Files.copy(
                        resource.getValue(),
                        copy,
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Override
    public String toString() {
        return module.getFileName() + (tests ? "'s tests" : "");
    }
}
