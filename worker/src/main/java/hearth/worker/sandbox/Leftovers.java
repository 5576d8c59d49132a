package hearth.worker.sandbox;

import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkLink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Removes what a server that was killed left of its sandboxes.
///
/// There is little: processes die with the server, and mounts, loop devices and network namespaces with the last
/// process or descriptor that holds them. Cgroups and files stay, and plain processes go on.
final class Leftovers {
    private static final Logger log = System.getLogger(Leftovers.class.getName());

    private final CgroupMounts mounts;
    private final SandboxConfig config;

    Leftovers(CgroupMounts mounts, SandboxConfig config) {
        this.mounts = mounts;
        this.config = config;
    }

    /// To be called before the first sandbox is made. No server of the same instance may be running.
    void clear() throws SandboxException {
        new ProcessRecords(config.directory()).killAll();
        clearCgroups();
        clearNetwork();
        try {
            deleteTree(config.directory());
        } catch (IOException e) {
            throw new SandboxException("%s cannot be emptied: %s".formatted(config.directory(), e.getMessage()), e);
        }
    }

    private void clearNetwork() throws SandboxException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return;
        }
        try {
            Forwarding.restoreAbandoned(Instance.shared());
        } catch (IOException e) {
            throw new SandboxException("no place for locks: " + e.getMessage(), e);
        }
        if (Firewall.available()) {
            var firewall = new Firewall(config.instance());
            removeLinks(firewall.links());
            firewall.remove();
        }
    }

    /// The kernel takes the links of a dead namespace away when it comes to it, and their names are wanted now.
    private static void removeLinks(String prefix) {
        try (var links = Files.newDirectoryStream(Path.of("/sys/class/net"), prefix + "*")) {
            for (var link : links) {
                removeLink(link.getFileName().toString());
            }
        } catch (IOException e) {
            log.log(Level.WARNING, "the links {0}* stay: {1}", prefix, e.getMessage());
        }
    }

    private static void removeLink(String name) {
        try {
            NetworkLink.named(name).delete();
        } catch (LinuxException e) {
            log.log(Level.DEBUG, "link {0} went by itself: {1}", name, e.getMessage());
        }
    }

    private void clearCgroups() {
        var parents = Cgroups.parents(mounts, config.instance().name());
        for (var name : sandboxes(parents)) {
            log.log(Level.INFO, "removing what is left of sandbox {0}", name);
            var directories = new LinkedHashSet<Path>();
            parents.stream()
                    .map(parent -> parent.resolve(name))
                    .filter(Files::exists)
                    .forEach(directories::add);
            Cgroup.leftBehind(directories).close();
        }
        for (var parent : parents) {
            try {
                Files.deleteIfExists(parent);
            } catch (IOException e) {
                log.log(Level.WARNING, "{0} stays: {1}", parent, e.getMessage());
            }
        }
    }

    private static Set<String> sandboxes(List<Path> parents) {
        var names = new LinkedHashSet<String>();
        for (var parent : parents) {
            try (var children = Files.newDirectoryStream(parent, Files::isDirectory)) {
                children.forEach(child -> names.add(child.getFileName().toString()));
            } catch (IOException none) {
                // Not in this hierarchy.
            }
        }
        return names;
    }

    static void deleteTree(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
