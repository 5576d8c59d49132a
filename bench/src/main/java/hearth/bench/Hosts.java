package hearth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;

/// Hosts, as far as the network knows: network namespaces with an address each, on one bridge that leads nowhere
/// else. Nothing of the machine's own network changes, and all of it is gone at the end, also at one by Ctrl-C.
final class Hosts implements AutoCloseable {
    private static final Path NAMES = Path.of("/run/netns");

    private final String prefix = "hearth-bench-" + ProcessHandle.current().pid() + "-";
    private final List<Host> hosts = new ArrayList<>();
    private final Thread atTheEnd = Thread.ofPlatform().unstarted(this::remove);

    /// @param address at which the others reach it
    record Host(String namespace, String address) {
        /// Runs something on this host: the sockets that it opens and the processes that it starts are there. So
        /// are threads, so it must start none that others use later, such as virtual threads' carriers.
        <T> T run(Callable<T> action) throws IOException, InterruptedException {
            var task = new FutureTask<T>(() -> {
                NetworkNamespace.enter(NAMES.resolve(namespace));
                return action.call();
            });
            Thread.ofPlatform().name(namespace).start(task);
            try {
                return task.get();
            } catch (ExecutionException e) {
                throw new IOException("On " + namespace + ": " + e.getCause(), e);
            }
        }
    }

    /// @param count how many; they are numbered from 0
    Hosts(int count) throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(atTheEnd);
        var bridge = prefix + "bridge";
        try {
            ip("netns", "add", bridge);
            ip("-n", bridge, "link", "add", "bridge", "type", "bridge");
            ip("-n", bridge, "link", "set", "bridge", "up");
            for (int i = 0; i < count; i++) {
                var host = new Host(prefix + i, "10.77.0." + (i + 1));
                ip("netns", "add", host.namespace);
                ip(
                        "-n",
                        bridge,
                        "link",
                        "add",
                        "host" + i,
                        "type",
                        "veth",
                        "peer",
                        "name",
                        "eth0",
                        "netns",
                        host.namespace);
                ip("-n", bridge, "link", "set", "host" + i, "master", "bridge", "up");
                ip("-n", host.namespace, "address", "add", host.address + "/24", "dev", "eth0");
                ip("-n", host.namespace, "link", "set", "eth0", "up");
                ip("-n", host.namespace, "link", "set", "lo", "up");
                hosts.add(host);
            }
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    /// Why there can be none here; empty if there can.
    static Optional<String> obstacle() {
        try {
            var probe = "hearth-bench-" + ProcessHandle.current().pid() + "-probe";
            ip("netns", "add", probe);
            ip("netns", "delete", probe);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no network namespaces can be made here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    Host host(int number) {
        return hosts.get(number);
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atTheEnd);
        remove();
    }

    private void remove() {
        try (var names = Files.list(NAMES)) {
            for (var name : names.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .toList()) {
                ip("netns", "delete", name);
            }
        } catch (IOException e) {
            System.err.println("hearth: network namespaces are left, such as " + prefix + "bridge: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void ip(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = process.inputReader().lines().collect(Collectors.joining(" "));
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
