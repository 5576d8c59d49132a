package hearth.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The files of some folders as they are now, by their path below their folder.
///
/// @param files where each lies
/// @param stamps its time and size, by which an edit is seen
record SourceFiles(Map<String, Path> files, Map<String, String> stamps) {
    static SourceFiles in(List<Path> folders, String ending) throws IOException {
        var files = new TreeMap<String, Path>();
        var stamps = new TreeMap<String, String>();
        for (var folder : folders) {
            for (var file : below(folder)
                    .filter(each -> each.toString().endsWith(ending))
                    .toList()) {
                var name = folder.relativize(file).toString();
                files.put(name, file);
                stamps.put(name, Files.getLastModifiedTime(file) + " " + Files.size(file));
            }
        }
        return new SourceFiles(files, stamps);
    }

    /// All files below a folder, none if there is no such folder.
    static Stream<Path> below(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (var walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile).toList().stream();
        }
    }
}
