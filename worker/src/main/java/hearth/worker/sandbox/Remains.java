package hearth.worker.sandbox;

import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkLink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a server that has ended left under its name: cgroups, interfaces, a table of the firewall, files, and
/// processes that do not end with their server.
///
/// All else of it is gone already: its processes died with it, and mounts, loop devices and network namespaces went
/// with the last process or descriptor that held them.
///
/// @param table whether there may be one: looking for it needs rights that not every server has
/// @param directory of the sandboxes' files
record Remains(CgroupMounts mounts, Instance instance, boolean table, Optional<Path> directory) {
    private static final Logger log = System.getLogger(Remains.class.getName());
    private static final Path LINKS = Path.of("/sys/class/net");

    static Remains of(LifeSign sign) {
        return new Remains(CgroupMounts.ofThisHost(), sign.instance(), sign.hasTable(), sign.directory());
    }

    /// One line for each thing, for people to read.
    List<String> list() {
        var found = new ArrayList<String>();
        cgroups().forEach(cgroup -> found.add("cgroup " + cgroup));
        links().forEach(link -> found.add("interface " + link));
        if (table) {
            found.add("nftables table " + new Firewall(instance).table());
        }
        directory.ifPresent(files -> found.add("files " + files));
        return found;
    }

    /// Removes all of it. Nothing of the server may be living.
    ///
    /// @return whether nothing stays
    boolean clear() {
        directory.ifPresent(files -> new ProcessRecords(files).killAll());
        clearCgroups();
        removeLinks();
        boolean open = !table || removeTable();
        boolean empty = directory.map(Remains::deleteFiles).orElse(true);
        return open && empty && cgroups().isEmpty() && links().isEmpty();
    }

    private List<Path> cgroups() {
        return Cgroups.parents(mounts, instance.name()).stream()
                .filter(Files::isDirectory)
                .toList();
    }

    /// Whether a process is in one of the cgroups, or something at the other end of an interface: the ends of a dead
    /// server go with their namespaces.
    boolean lives() {
        return links().stream().anyMatch(Remains::isConnected) || hasProcesses();
    }

    private static boolean isConnected(String link) {
        try {
            return Files.readString(LINKS.resolve(link).resolve("operstate"))
                    .strip()
                    .equals("up");
        } catch (IOException gone) {
            return false;
        }
    }

    private boolean hasProcesses() {
        return cgroups().stream()
                .flatMap(parent -> sandboxes(List.of(parent)).stream().map(parent::resolve))
                .anyMatch(cgroup -> !Cgroup.processes(cgroup).isEmpty());
    }

    private void clearCgroups() {
        var parents = cgroups();
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

    private List<String> links() {
        var names = new ArrayList<String>();
        try (var links = Files.newDirectoryStream(LINKS, new Firewall(instance).links() + "*")) {
            links.forEach(link -> names.add(link.getFileName().toString()));
        } catch (IOException e) {
            log.log(Level.DEBUG, "there is no list of interfaces: {0}", e.getMessage());
        }
        return names;
    }

    /// The kernel takes the links of a dead namespace away when it comes to it, and their names are wanted now.
    private void removeLinks() {
        for (var name : links()) {
            try {
                NetworkLink.named(name).delete();
            } catch (LinuxException e) {
                log.log(Level.DEBUG, "link {0} went by itself: {1}", name, e.getMessage());
            }
        }
    }

    private boolean removeTable() {
        var firewall = new Firewall(instance);
        try {
            firewall.remove();
            return true;
        } catch (SandboxException e) {
            log.log(Level.WARNING, "the table {0} stays: {1}", firewall.table(), e.getMessage());
            return false;
        }
    }

    private static boolean deleteFiles(Path directory) {
        try {
            Leftovers.deleteTree(directory);
            return true;
        } catch (IOException e) {
            log.log(Level.WARNING, "{0} stays: {1}", directory, e.getMessage());
            return false;
        }
    }
}
