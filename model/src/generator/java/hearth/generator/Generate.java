package hearth.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/// Writes the Java classes of an API from its model file: `Generate MODEL SOURCES OUTPUT`.
///
/// Does nothing while the output is newer than the model and the generator's own `SOURCES`, and leaves files alone
/// that would not change, so that the compiler does too.
final class Generate {
    private final Path packageFolder;
    private final Set<Path> written = new HashSet<>();

    private Generate(Path output) {
        this.packageFolder = output.resolve("hearth/model/api");
    }

    public static void main(String[] args) throws IOException {
        var model = Path.of(args[0]);
        var sources = Path.of(args[1]);
        var output = Path.of(args[2]);
        var stamp = output.resolve("up-to-date");
        if (Files.exists(stamp)
                && newest(model, sources) < Files.getLastModifiedTime(stamp).toMillis()) {
            return;
        }
        new Generate(output).run(model);
        Files.writeString(stamp, "");
    }

    private static long newest(Path model, Path sources) throws IOException {
        try (var files = Files.walk(sources)) {
            long newestSource =
                    files.mapToLong(f -> f.toFile().lastModified()).max().orElse(Long.MAX_VALUE);
            return Math.max(newestSource, model.toFile().lastModified());
        }
    }

    private void run(Path modelFile) throws IOException {
        Files.createDirectories(packageFolder);
        var overrides = new Overrides();
        var model = Model.of(Json.read(modelFile), overrides);
        var inputs = model.operations().stream().map(Model.Operation::input).toList();
        var outputs = model.operations().stream()
                .map(Model.Operation::output)
                .filter(Objects::nonNull)
                .toList();
        var checked = model.structures(false);
        var structures = model.structures(true);
        var rules = new RulesWriter(overrides);
        for (var shape : model.shapes().values()) {
            if (structures.contains(shape) && !shape.eventStream()) {
                var writer = new StructureWriter(shape, checked, rules, overrides);
                write(shape.name(), writer.source(inputs.contains(shape.name()), outputs.contains(shape.name())));
            }
        }
        write("Rules", rules.source());
        write("ApiOperation", OperationsWriter.source(model));
        removeOthers();
    }

    private void write(String name, String source) throws IOException {
        var file = packageFolder.resolve(name + ".java");
        written.add(file);
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
            Files.writeString(file, source);
        }
    }

    /// A structure that the model no longer has would otherwise be compiled for ever.
    private void removeOthers() throws IOException {
        try (var files = Files.list(packageFolder)) {
            for (var file : files.filter(f -> !written.contains(f)).toList()) {
                Files.delete(file);
            }
        }
    }
}
