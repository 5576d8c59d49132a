package hearth.conformance.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The cluster of `examples/cluster`, in a folder of its own.
final class ExampleCluster implements AutoCloseable {
    /// Where datagrams of functions come to: the bridge that all hosts are on.
    static final String BRIDGE = "10.77.0.254";

    private final Path scripts;
    private final Path folder;
    private final Map<String, String> environment;
    private final Map<String, String> settings = new HashMap<>();

    private ExampleCluster(Path scripts, Path folder, Map<String, String> environment) {
        this.scripts = scripts;
        this.folder = folder;
        this.environment = environment;
    }

    /// Makes one and waits until it is ready.
    ///
    /// @param scripts the folder `examples/cluster`
    /// @param folder where it is kept, which is not there yet
    static ExampleCluster up(Path scripts, Path folder, Map<String, String> environment, List<String> options)
            throws IOException, InterruptedException {
        var cluster = new ExampleCluster(scripts, folder, environment);
        try {
            cluster.run("up.sh", options.toArray(String[]::new));
            for (var line : Files.readAllLines(folder.resolve("settings"))) {
                int equals = line.indexOf('=');
                cluster.settings.put(
                        line.substring(0, equals), line.substring(equals + 1).replace("\\", ""));
            }
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /// What a script prints.
    String run(String script, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(scripts.resolve(script).toString()));
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("CLUSTER_FOLDER", folder.toString());
        // What it starts in the background must not keep the pipe open.
        var output = Files.createTempFile("hearth-faults", ".log");
        try {
            int status = builder.redirectOutput(output.toFile()).start().waitFor();
            var said = Files.readString(output);
            if (status != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + status + ":\n" + said);
            }
            return said.strip();
        } finally {
            Files.delete(output);
        }
    }

    /// What is known of hosts and members.
    String status() throws IOException, InterruptedException {
        return run("status.sh");
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + setting("port"));
    }

    String setting(String name) {
        return settings.getOrDefault(name, "");
    }

    /// The hosts that take requests.
    List<String> members() {
        return List.of(setting("members_of_balancer").strip().split(" +"));
    }

    /// The network namespace of the bridge.
    Path network() throws IOException, InterruptedException {
        return Path.of("/run/netns", run("name.sh"));
    }

    static String address(String host) {
        return "10.77.0." + host.replace("host", "");
    }

    Path logs(String host) {
        return folder.resolve(host).resolve("data/logs");
    }

    @Override
    public void close() {
        try {
            run("down.sh");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
