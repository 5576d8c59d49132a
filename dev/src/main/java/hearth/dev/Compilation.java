package hearth.dev;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/// One run of the compiler over a source set, in rounds: the edited sources, then those that speak of a class whose
/// shape has changed with them, until no shape changes.
final class Compilation {
    private static final List<String> OPTIONS =
            List.of("--release", "25", "-g", "-parameters", "-proc:none", "-implicit:none");

    private final SourceSet sources;
    private final Path remembered;
    private final LastCompilation last;
    private final SourceFiles now;
    private final Set<String> compiled = new TreeSet<>();

    Compilation(SourceSet sources, Path remembered) throws IOException {
        this.sources = sources;
        this.remembered = remembered;
        this.last = LastCompilation.read(remembered);
        this.now = SourceFiles.in(sources.sourceFolders(), ".java");
    }

    void run(PrintStream out) throws IOException {
        var needed = sources.shapesNeeded();
        var changed = differing(last.seen(), needed);
        var stale = edited();
        var gone = new TreeSet<>(last.stamps().keySet());
        gone.removeAll(now.files().keySet());
        if (changed.isEmpty() && stale.isEmpty() && gone.isEmpty()) {
            return;
        }
        var seenBefore = allShapes();
        last.seen().clear();
        last.seen().putAll(needed);
        changed.addAll(forget(gone));
        stale.addAll(speakingOf(changed, seenBefore, allShapes()));
        while (!stale.isEmpty()) {
            var before = Map.copyOf(last.shapes());
            removeClasses(stale);
            last.write(remembered);
            compile(stale, out);
            changed = differing(before, last.shapes());
            stale = speakingOf(changed, before, last.shapes());
            stale.removeAll(compiled);
        }
        last.write(remembered);
        if (!compiled.isEmpty()) {
            out.println("  compiled " + compiled.size() + " of " + sources);
        }
    }

    private Map<String, ClassShape> allShapes() {
        var all = new TreeMap<>(last.seen());
        all.putAll(last.shapes());
        return all;
    }

    private Set<String> edited() {
        var edited = new TreeSet<String>();
        now.stamps().forEach((source, stamp) -> {
            if (!stamp.equals(last.stamps().get(source))) {
                edited.add(source);
            }
        });
        return edited;
    }

    /// @return the classes of sources that were removed, which nobody may speak of any more
    private Set<String> forget(Set<String> gone) throws IOException {
        removeClasses(gone);
        var classes = new TreeSet<String>();
        last.shapes().values().removeIf(shape -> gone.contains(shape.source()) && classes.add(shape.name()));
        return classes;
    }

    private static Set<String> differing(Map<String, ClassShape> before, Map<String, ClassShape> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        names.removeIf(name -> Objects.equals(before.get(name), after.get(name)));
        return names;
    }

    /// The sources that a change of some classes' shapes concerns: all if a constant has changed, which is copied.
    private Set<String> speakingOf(Set<String> changed, Map<String, ClassShape> before, Map<String, ClassShape> after)
            throws IOException {
        if (changed.isEmpty()) {
            return new TreeSet<>();
        }
        if (changed.stream().anyMatch(name -> {
            var copied = constants(before, name);
            return !copied.isEmpty() && !copied.equals(constants(after, name));
        })) {
            return new TreeSet<>(now.files().keySet());
        }
        var concerned = withSubtypes(changed);
        var speaking = new TreeSet<String>();
        for (var model : classModels()) {
            if (!ClassShape.mentions(model, concerned).isEmpty()) {
                speaking.add(ClassShape.of(model).source());
            }
        }
        speaking.retainAll(now.files().keySet());
        return speaking;
    }

    private static String constants(Map<String, ClassShape> shapes, String name) {
        var shape = shapes.get(name);
        return shape == null ? "" : shape.constants();
    }

    /// Those that have the members of a changed class by inheritance have changed as well.
    private Set<String> withSubtypes(Set<String> changed) {
        var all = new HashSet<>(changed);
        int before;
        do {
            before = all.size();
            addSubtypes(all, last.seen());
            addSubtypes(all, last.shapes());
        } while (all.size() > before);
        return all;
    }

    private static void addSubtypes(Set<String> all, Map<String, ClassShape> shapes) {
        for (var shape : shapes.values()) {
            if (shape.supertypes().stream().anyMatch(all::contains)) {
                all.add(shape.name());
            }
        }
    }

    private List<ClassModel> classModels() throws IOException {
        var models = new ArrayList<ClassModel>();
        for (var file :
                SourceFiles.in(List.of(sources.classes()), ".class").files().values()) {
            models.add(ClassFile.of().parse(file));
        }
        return models;
    }

    /// Removes what some sources were compiled to. Until they are compiled again they count as edited.
    private void removeClasses(Set<String> stale) throws IOException {
        last.stamps().keySet().removeAll(stale);
        for (var shape : last.shapes().values()) {
            if (stale.contains(shape.source())) {
                Files.deleteIfExists(sources.classes().resolve(shape.name() + ".class"));
            }
        }
    }

    private void compile(Set<String> stale, PrintStream out) throws IOException {
        Files.createDirectories(sources.classes());
        var shapes = new LinkedHashMap<String, ClassShape>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            var options = new ArrayList<>(OPTIONS);
            options.addAll(List.of("-d", sources.classes().toString()));
            options.addAll(List.of("-cp", Checkout.joined(sources.classPath())));
            var units = files.getJavaFileObjectsFromPaths(stale.stream()
                    .map(source -> Objects.requireNonNull(now.files().get(source)))
                    .toList());
            if (!compiler.getTask(null, files, said -> tell(said, out), options, null, units)
                    .call()) {
                throw new TestsRefused("the compiler refused " + sources);
            }
        }
        compiled.addAll(stale);
        last.shapes().values().removeIf(shape -> stale.contains(shape.source()));
        for (var model : classModels()) {
            var shape = ClassShape.of(model);
            if (stale.contains(shape.source())) {
                shapes.put(shape.name(), shape);
            }
        }
        last.shapes().putAll(shapes);
        stale.forEach(source ->
                last.stamps().put(source, Objects.requireNonNull(now.stamps().get(source))));
    }

    /// Errors alone: warnings are the build's.
    private static void tell(Diagnostic<? extends JavaFileObject> said, PrintStream out) {
        if (said.getKind() == Diagnostic.Kind.ERROR) {
            out.println(said);
        }
    }
}
