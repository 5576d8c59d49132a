package hearth.worker.runtimes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where on this host to look for interpreters.
///
/// @param root `/`, unless a test says otherwise
/// @param homes of the server's user, and of who became root to start it
/// @param searchPath the directories of `PATH`
/// @param pyenvRoots where pyenv keeps its interpreters, besides `~/.pyenv`
/// @param nvmFolders where nvm keeps its interpreters, besides `~/.nvm`
/// @param javaHomes `JAVA_HOME`, if there is one
/// @param guest the guest's files as they were built: `launcher`, `python/`, `node/`, `java/`, `ruby/`
/// @param kept what Hearth has installed itself, which comes before all else
public record HostLayout(
        Path root,
        List<Path> homes,
        List<Path> searchPath,
        List<Path> pyenvRoots,
        List<Path> nvmFolders,
        List<Path> javaHomes,
        Path guest,
        KeptRuntimes kept) {
    public HostLayout {
        homes = List.copyOf(homes);
        searchPath = List.copyOf(searchPath);
        pyenvRoots = List.copyOf(pyenvRoots);
        nvmFolders = List.copyOf(nvmFolders);
        javaHomes = List.copyOf(javaHomes);
    }

    /// @param environment of the server's process
    public static HostLayout of(Map<String, String> environment, Path guest, KeptRuntimes kept) {
        var homes = new ArrayList<>(paths(environment.get("HOME")));
        var sudoUser = environment.get("SUDO_USER");
        if (sudoUser != null && !sudoUser.equals("root")) {
            homes.add(Path.of("/home", sudoUser));
        }
        return new HostLayout(
                Path.of("/"),
                homes,
                paths(environment.get("PATH")),
                paths(environment.get("PYENV_ROOT")),
                paths(environment.get("NVM_DIR")),
                paths(environment.get("JAVA_HOME")),
                guest,
                kept);
    }

    private static List<Path> paths(@Nullable String value) {
        if (value == null) {
            return List.of();
        }
        var paths = new ArrayList<Path>();
        for (var part : value.split(":")) {
            // An empty part means the working directory, which is no one's intention here.
            if (part.startsWith("/")) {
                paths.add(Path.of(part));
            }
        }
        return paths;
    }

    /// Directories that exist, for a pattern such as `usr/lib/jvm/*`, below the host's root.
    List<Path> underRoot(String pattern) {
        return Folders.matching(root, pattern);
    }

    /// The same below each home.
    List<Path> underHomes(String pattern) {
        return homes.stream()
                .flatMap(home -> Folders.matching(home, pattern).stream())
                .toList();
    }

    /// Whether sandboxes see this path where the host has it.
    boolean isVisibleInSandboxes(Path path) {
        return path.startsWith(root.resolve("usr"));
    }
}
