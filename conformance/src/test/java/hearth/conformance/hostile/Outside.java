package hearth.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The host: where attacks work.
final class Outside implements AutoCloseable {
    private static final List<String> MODULES =
            List.of("attacks.py", "api_attacks.py", "load_attacks.py", "network.py", "outcome.py", "attack.cjs");
    static final String PYTHON = Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";

    private final Path directory;
    private final Process services;
    private final int port;

    Outside(Path directory) throws Exception {
        this.directory = directory;
        for (var module : MODULES) {
            copy(module);
        }
        for (var source : List.of("probe.c", "preloaded.c", "packages.py")) {
            copy(source);
        }
        run("gcc", "-O2", "-static", "-o", "probe", "probe.c");
        // They end when this process does: then their input ends.
        services = new ProcessBuilder(PYTHON, "network.py")
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        port = Integer.parseInt(services.inputReader().readLine());
    }

    private void copy(String name) throws IOException {
        try (var resource = Outside.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("There is no resource " + name);
            }
            Files.copy(resource, directory.resolve(name));
        }
    }

    /// Where the attacks lie.
    Path directory() {
        return directory;
    }

    /// A port of the host's on which a service listens, on all of its addresses.
    int port() {
        return port;
    }

    /// A package with the attacks.
    Map<String, byte[]> code() throws IOException {
        var files = new TreeMap<String, byte[]>();
        for (var module : MODULES) {
            files.put(module, Files.readAllBytes(directory.resolve(module)));
        }
        files.put("probe", Files.readAllBytes(directory.resolve("probe")));
        return files;
    }

    /// Runs an attack on the host to its end.
    Result attempt(Attack attack, Facts facts) throws Exception {
        var scratch = Files.createDirectory(scratch(attack.name()));
        try {
            return Result.of(run(command(attack, facts, scratch).toArray(String[]::new)));
        } finally {
            run("rm", "-rf", scratch.toString());
        }
    }

    /// Begins an attack on the host, which may have no end.
    Process start(Attack attack, Facts facts) throws IOException {
        var scratch = Files.createDirectories(scratch(attack.name()));
        return new ProcessBuilder(command(attack, facts, scratch))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /// What an attack may write to.
    Path scratch(String attack) {
        return directory.resolve("scratch-" + attack);
    }

    private List<String> command(Attack attack, Facts facts, Path scratch) {
        var command = new ArrayList<>(attack.wrapper());
        command.addAll(List.of(PYTHON, "-B", "attacks.py", attack.name()));
        command.add(facts.with("scratch", scratch.toString())
                .with("code", directory.toString())
                .with("outside", true)
                .json());
        return command;
    }

    /// Runs a program to its end, and gives what it printed.
    String run(String... command) throws Exception {
        var output = Files.createTempFile(directory, "output", "");
        var process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES))
                    .as(String.join(" ", command))
                    .isTrue();
            return Files.readString(output);
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    @Override
    public void close() {
        services.destroy();
    }
}
