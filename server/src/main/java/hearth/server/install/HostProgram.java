package hearth.server.install;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs programs of the host, and says now and then that they still run.
///
/// @param environment of this process
/// @param progress where it is said
record HostProgram(Map<String, String> environment, PrintStream progress) {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /// The number of lines of a failed program that are shown.
    private static final int LINES = 12;

    HostProgram {
        environment = Map.copyOf(environment);
    }

    /// The path of a program, if the host has it.
    Optional<Path> find(String name) {
        var folders = environment.getOrDefault("PATH", "") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
        return Arrays.stream(folders.split(":"))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Runs a program as the other `run`, in the folder `/` and with the environment of this process.
    String run(String doing, List<String> command) throws InstallException {
        return run(doing, Path.of("/"), environment, command);
    }

    /// Runs it to its end and returns what it printed.
    ///
    /// @param doing what is said while it runs, such as `fetching`
    /// @throws InstallException with the last of what it said, if it failed
    String run(String doing, Path folder, Map<String, String> variables, List<String> command) throws InstallException {
        try {
            var said = Files.createTempFile("hearth-install", ".log");
            try {
                var builder = new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectError(said.toFile());
                builder.environment().clear();
                builder.environment().putAll(variables);
                return run(doing, builder, said);
            } finally {
                Files.deleteIfExists(said);
            }
        } catch (IOException e) {
            throw new InstallException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InstallException("it was interrupted", e);
        }
    }

    private String run(String doing, ProcessBuilder builder, Path said)
            throws IOException, InterruptedException, InstallException {
        var printed = Files.createTempFile("hearth-install", ".out");
        var process = builder.redirectOutput(printed.toFile()).start();
        try {
            await(doing, process);
            var output = Files.readString(printed, StandardCharsets.ISO_8859_1);
            if (process.exitValue() != 0) {
                var last = Files.readString(said, StandardCharsets.ISO_8859_1) + output;
                throw new InstallException(
                        String.join(" ", builder.command()) + " failed with " + process.exitValue() + end(last));
            }
            return output;
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(printed);
        }
    }

    private void await(String doing, Process process) throws InterruptedException, InstallException {
        long start = System.nanoTime();
        while (!process.waitFor(INTERVAL)) {
            var passed = Duration.ofNanos(System.nanoTime() - start);
            if (passed.compareTo(PATIENCE) > 0) {
                throw new InstallException(doing + " took longer than " + PATIENCE.toMinutes() + " minutes");
            }
            progress.println("  still " + doing + " (" + passed.toSeconds() + " s)");
        }
    }

    private static String end(String said) {
        var lines = said.strip().lines().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            return "";
        }
        return ":\n    " + String.join("\n    ", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }
}
