package hearth.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What is known of the compilation that left the classes of one source set, kept in a file between two runs.
///
/// @param stamps of each source that is compiled
/// @param shapes of each class that came of them; after a failure still the old ones, with which the next run compares
/// @param seen the shapes of other source sets' classes that these were compiled against
record LastCompilation(Map<String, String> stamps, Map<String, ClassShape> shapes, Map<String, ClassShape> seen) {
    private static final String NONE = "-";

    static LastCompilation read(Path file) throws IOException {
        var last = new LastCompilation(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        if (Files.exists(file)) {
            for (var line : Files.readAllLines(file)) {
                last.add(line.split("\t", -1));
            }
        }
        return last;
    }

    private void add(String[] fields) {
        switch (fields[0]) {
            case "source" -> stamps.put(fields[1], fields[2]);
            case "class" -> shapes.put(fields[1], shape(fields));
            default -> seen.put(fields[1], shape(fields));
        }
    }

    private static ClassShape shape(String[] fields) {
        var supertypes = fields[5].equals(NONE) ? Set.<String>of() : Set.of(fields[5].split(" "));
        return new ClassShape(fields[1], fields[2], fields[3], fields[4], supertypes);
    }

    void write(Path file) throws IOException {
        var lines = new ArrayList<String>();
        stamps.forEach((source, stamp) -> lines.add(String.join("\t", "source", source, stamp)));
        shapes.values().forEach(shape -> lines.add(line("class", shape)));
        seen.values().forEach(shape -> lines.add(line("seen", shape)));
        Files.createDirectories(file.getParent());
        var whole = file.resolveSibling(file.getFileName() + ".new");
        Files.write(whole, lines);
        Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String line(String kind, ClassShape shape) {
        var supertypes = shape.supertypes().isEmpty() ? NONE : String.join(" ", shape.supertypes());
        return String.join("\t", kind, shape.name(), shape.source(), shape.api(), shape.constants(), supertypes);
    }
}
