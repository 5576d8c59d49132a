package hearth.server.install;

import hearth.worker.runtimes.Runtimes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// The runtimes that the host has just now.
record HostRuntimes(Runtimes runtimes) {
    /// The order of versions by their numbers.
    static final Comparator<String> VERSIONS = Comparator.comparing(
            version -> Arrays.stream(version.split("[^0-9]+"))
                    .filter(part -> !part.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray(),
            Arrays::compare);

    List<Path> pythonPackages() {
        return runtimes.pythonPackages();
    }

    /// The runtimes that are ready, the oldest first.
    ///
    /// @param language how their names begin
    List<Runtimes.Row> ready(String language) {
        return runtimes.table().stream()
                .filter(row -> row.installed() && row.id().startsWith(language))
                .toList();
    }
}
