package hearth.server.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Packages of the host's Debian.
record DebianPackages(HostProgram host) {
    /// Forbids to install packages of the system, as for the `hearth` script.
    private static final String SETTING = "HEARTH_INSTALL";

    /// The packages among these that the host could install, as its lists say.
    ///
    /// @throws InstallException if they cannot be read
    Set<String> candidates(List<String> packages) throws InstallException {
        var program = host.find("apt-cache");
        if (program.isEmpty() || packages.isEmpty()) {
            return Set.of();
        }
        var command = new ArrayList<>(List.of(program.get().toString(), "policy"));
        command.addAll(packages);
        return candidates(host.run("asking apt", command));
    }

    /// Each package's paragraph begins with its name at the start of a line, and tells its candidate two lines below.
    static Set<String> candidates(String policy) {
        var candidates = new HashSet<String>();
        var name = "";
        for (var line : policy.lines().toList()) {
            if (!line.startsWith(" ")) {
                name = line.replaceFirst(":.*", "");
            } else if (line.startsWith("  Candidate: ") && !line.endsWith("(none)")) {
                candidates.add(name);
            }
        }
        return candidates;
    }

    /// Installs a package for the whole host, as root.
    void install(String name) throws InstallException {
        var apt = host.find("apt-get")
                .orElseThrow(() -> new InstallException("there is no apt-get here: install " + name
                        + " as this system does it, or give the files: --from DIR|ARCHIVE"));
        if ("no".equals(host.environment().get(SETTING))) {
            throw new InstallException(SETTING + "=no forbids to install " + name);
        }
        if (!candidates(List.of(name)).contains(name)) {
            throw new InstallException("this Debian has no package " + name
                    + ". Give a folder or an archive that has it: --from DIR|ARCHIVE");
        }
        var command = new ArrayList<String>();
        if (!"root".equals(System.getProperty("user.name"))) {
            command.add(host.find("sudo")
                    .orElseThrow(() -> new InstallException(
                            "only root can do it: apt-get install --no-install-recommends " + name))
                    .toString());
        }
        command.addAll(List.of(apt.toString(), "install", "-y", "-q", "--no-install-recommends", name));
        host.progress().println("  installing Debian's package " + name);
        var variables = new HashMap<>(host.environment());
        variables.put("DEBIAN_FRONTEND", "noninteractive");
        host.run("installing " + name, Path.of("/"), variables, command);
    }

    /// Fetches packages and unpacks them into a folder. Needs no root, and changes nothing of the host.
    void unpack(List<String> packages, Path into) throws InstallException, IOException {
        var apt = host.find("apt-get").orElseThrow(() -> new InstallException("there is no apt-get here"));
        var dpkg = host.find("dpkg-deb").orElseThrow(() -> new InstallException("there is no dpkg-deb here"));
        var fetched = Files.createDirectory(into.resolveSibling(into.getFileName() + ".fetched"));
        var command = new ArrayList<>(List.of(apt.toString(), "download", "-q"));
        command.addAll(packages);
        host.run("fetching Debian's packages", fetched, host.environment(), command);
        for (var file : FileTrees.list(fetched)) {
            host.run("unpacking", List.of(dpkg.toString(), "--extract", file.toString(), into.toString()));
        }
        FileTrees.delete(fetched);
    }
}
