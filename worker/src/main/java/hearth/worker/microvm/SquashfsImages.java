package hearth.worker.microvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Makes read-only images of directories by `mksquashfs`. Nothing in them is compressed: what reads them is an emulated
/// processor at worst, and what was read stays in the host's memory once for all machines.
final class SquashfsImages {
    private static final List<Path> PLACES = List.of(
            Path.of("/usr/bin/mksquashfs"), Path.of("/usr/sbin/mksquashfs"), Path.of("/usr/local/bin/mksquashfs"));

    /// That of a host takes a minute on most.
    private static final Duration LONGEST = Duration.ofMinutes(20);

    /// Each has two threads, and writes as fast as the disk takes it.
    private static final Semaphore AT_ONCE = new Semaphore(2);

    private static final List<String> OPTIONS = List.of(
            "-noappend",
            "-noI",
            "-noD",
            "-noF",
            "-noX",
            "-no-xattrs",
            "-no-exports",
            "-no-progress",
            "-quiet",
            "-mem",
            "256M",
            "-processors",
            "2");

    private final Path program;
    private final Set<Process> running = new HashSet<>(); // guarded by this
    private boolean ended; // guarded by this

    SquashfsImages(Path program) {
        this.program = program;
    }

    static Optional<SquashfsImages> find() {
        return PLACES.stream().filter(Files::isExecutable).findFirst().map(SquashfsImages::new);
    }

    /// An image whose root is that of the directory. Without a word mksquashfs makes empty files of those that it
    /// cannot read.
    void make(Path directory, Path image) throws IOException {
        run(directory.toString(), image, List.of("-exit-on-error"));
    }

    /// An image of several places of the host, each under its own path.
    ///
    /// @param mountPoints empty directories that it has besides, at the top
    /// @param without paths that are left out with all that is in them, as the shell's patterns have them
    void make(List<Path> places, List<String> mountPoints, List<String> without, Path image) throws IOException {
        var more = new ArrayList<String>();
        more.add("-no-strip");
        for (var name : mountPoints) {
            more.addAll(List.of("-p", name + " d 755 0 0"));
        }
        more.add("-wildcards");
        // What not everybody may read here, nobody reads there.
        more.addAll(List.of("-action", "exclude @ type(f) && !perm(/o+rx)"));
        more.add("-e");
        without.stream().map(path -> path.substring(1)).forEach(more::add);
        var sources = places.stream().map(Path::toString).toList();
        run(sources, image, more);
    }

    private void run(String source, Path image, List<String> more) throws IOException {
        run(List.of(source), image, more);
    }

    private void run(List<String> sources, Path image, List<String> more) throws IOException {
        var command = Stream.of(List.of(program.toString()), sources, List.of(image.toString()), OPTIONS, more)
                .flatMap(List::stream)
                .toList();
        try {
            AT_ONCE.acquire();
            try {
                run(command, sources);
            } finally {
                AT_ONCE.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while an image was made", e);
        }
    }

    /// Kills what runs, and lets nothing else begin.
    synchronized void end() {
        ended = true;
        running.forEach(SquashfsImages::kill);
    }

    private synchronized Process start(List<String> command) throws IOException {
        if (ended) {
            throw new IOException("no image is made: the server ends");
        }
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        running.add(process);
        return process;
    }

    /// By its handle: the process's own method closes its output under who reads it.
    private static void kill(Process process) {
        process.toHandle().destroyForcibly();
    }

    private synchronized void over(Process process) {
        running.remove(process);
    }

    private void run(List<String> command, List<String> sources) throws IOException, InterruptedException {
        var process = start(command);
        try {
            process.getOutputStream().close();
            var ended = process.onExit().orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            // Its end is the end of its output.
            var _ = ended.exceptionally(late -> {
                kill(process);
                return process;
            });
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("mksquashfs of " + sources + ": "
                        + (ended.isCompletedExceptionally()
                                ? "not done within %d minutes".formatted(LONGEST.toMinutes())
                                : lastLines(output)));
            }
        } finally {
            process.destroyForcibly();
            over(process);
        }
    }

    private static String lastLines(String output) {
        var lines = output.strip().lines().toList();
        return String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }
}
