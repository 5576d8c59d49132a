package hearth.server.install;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Packages of npm: by its program where the host has it, else from the registry that npm's settings name.
record Npm(HostProgram host) {
    /// Fetches a package, as it was published and checked against what the registry says of it.
    ///
    /// @param range of versions, such as `22`
    /// @param folder is empty; gets the archive and nothing else
    Path fetch(String name, String range, Path folder) throws InstallException, IOException {
        var program = host.find("npm");
        if (program.isPresent()) {
            host.progress().println("  fetching " + name + " " + range + " with npm");
            host.run(
                    "fetching " + name,
                    folder,
                    host.environment(),
                    List.of(program.get().toString(), "pack", "--silent", "--ignore-scripts", name + "@" + range));
            var files = FileTrees.list(folder);
            if (files.size() != 1) {
                throw new InstallException("npm has brought " + files + " and not one archive");
            }
            return files.getFirst();
        }
        return NpmRegistry.of(registry(), host.progress()).fetch(name, range, folder);
    }

    /// Installs packages with all that they need into the folder's `node_modules`. No script of theirs runs.
    void install(Path folder, List<String> packages) throws InstallException, IOException {
        var program = host.find("npm")
                .orElseThrow(() -> new InstallException("there is no `npm` here, and these packages need others."
                        + " Install npm, or give a folder that has them: --from DIR"));
        Files.writeString(folder.resolve("package.json"), "{\"private\": true}\n");
        var command = new ArrayList<>(List.of(
                program.toString(),
                "install",
                "--ignore-scripts",
                "--omit=dev",
                "--no-audit",
                "--no-fund",
                "--no-update-notifier",
                "--loglevel=error"));
        command.addAll(packages);
        host.run("fetching packages with npm", folder, host.environment(), command);
    }

    /// Whether packages can be fetched at all.
    boolean isThere() {
        return host.find("npm").isPresent() || configured().isPresent();
    }

    private URI registry() throws InstallException {
        return address(configured()
                .orElseThrow(() -> new InstallException("there is no `npm` here, and no registry is named by"
                        + " npm_config_registry or in ~/.npmrc. Set one, install npm, or give the files: --from"
                        + " DIR|ARCHIVE")));
    }

    static URI address(String registry) throws InstallException {
        try {
            var address = new URI(registry);
            if (address.getHost() != null) {
                return address;
            }
        } catch (URISyntaxException _) {
            // Said below.
        }
        throw new InstallException("npm_config_registry or ~/.npmrc names a registry that is no address: " + registry);
    }

    private Optional<String> configured() {
        var environment = host.environment();
        for (var name : List.of("npm_config_registry", "NPM_CONFIG_REGISTRY")) {
            if (environment.containsKey(name)) {
                return Optional.of(environment.get(name));
            }
        }
        var home = environment.get("HOME");
        return home == null ? Optional.empty() : setting(Path.of(home, ".npmrc"));
    }

    private static Optional<String> setting(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.map(String::strip)
                    .filter(line -> line.matches("registry *=.*"))
                    .map(line -> line.replaceFirst("registry *= *", "").replace("\"", ""))
                    .findFirst();
        } catch (IOException _) {
            // Most have none.
            return Optional.empty();
        }
    }
}
