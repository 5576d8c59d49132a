package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;

/// MicroVMs that are copies, beside those that boot: how soon each first answers, what each further one takes,
/// and SnapStart in them. Their sizes are such as no run before had, so that the first of each boots. What is
/// restored is of another function of the same account; what waits has a runtime up.
final class MicrovmCopyRows {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final String SLOW_INIT = """
            public class Slow {
                static { try { Thread.sleep(2000); } catch (InterruptedException e) { throw new AssertionError(e); } }
                public Object handle(java.util.Map<String, String> event) { return event; }
            }
            """;

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final String accelerator;
    private final int rounds;
    private int megabytes = 300 + (int) (System.nanoTime() % 4096);

    MicrovmCopyRows(Report report, Path repository, Path folder, String accelerator, boolean quick) {
        this.report = report;
        this.repository = repository;
        this.folder = folder;
        this.accelerator = accelerator;
        this.rounds = quick ? 3 : 7;
    }

    private HearthServer server(String name, String pool) throws IOException {
        return HearthServer.start(repository, folder.resolve(name), "--sandbox", "microvm", "--pool-memory", pool);
    }

    void run(Language language) throws IOException {
        Report.progress("copies of microVMs, " + language.name());
        var booted = new double[rounds];
        var restored = new double[rounds];
        var waited = new double[rounds];
        try (var server = server("copies-" + language.name(), "0");
                var pooling = server("waiting-" + language.name(), "2048")) {
            for (int i = 0; i < rounds; i++) {
                megabytes++;
                booted[i] = first(server, language, "boot-" + i);
                restored[i] = first(server, language, "copy-" + i);
                // Of the snapshot that the other server has made.
                var before = machines(pooling);
                first(pooling, language, "makes-the-next-wait-" + i);
                awaitOneThatWaits(pooling, before);
                before = machines(pooling);
                waited[i] = first(pooling, language, "waited-" + i);
                // Nothing is to be made while the next ones are measured.
                awaitOneThatWaits(pooling, before);
            }
        }
        var boot = Figure.millis(Floors.median(booted)).with("booted");
        var note = accelerator + "; median of " + rounds;
        report.row(
                "first answer, microVM restored from a snapshot, " + language.name(),
                boot,
                Figure.NONE,
                Figure.millis(Floors.median(restored)),
                note);
        report.row(
                "first answer, microVM that waited, " + language.name(),
                boot,
                Figure.NONE,
                Figure.millis(Floors.median(waited)),
                note);
    }

    private double first(HearthServer server, Language language, String name) throws IOException {
        var function = language.name() + "-" + name;
        server.create(
                function, language.runtime(), language.handler(), language.zip(name + System.nanoTime()), megabytes);
        return nanosOf(server, server.invocation(function));
    }

    private static double nanosOf(HearthServer server, byte[] request) throws IOException {
        var begin = System.nanoTime();
        Main.expectOk(server.send(request));
        return System.nanoTime() - begin;
    }

    private static Set<Long> machines(HearthServer server) {
        return server.processes().cpu().keySet().stream()
                .filter(pid -> ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .filter(command -> command.endsWith("qemu-system-x86_64"))
                        .isPresent())
                .collect(Collectors.toSet());
    }

    /// It has come up besides those that there were and that of the function, and stands still.
    private static void awaitOneThatWaits(HearthServer server, Set<Long> before) throws IOException {
        var deadline = System.nanoTime() + LONGEST.toNanos();
        var last = Map.<Long, Long>of();
        while (true) {
            var now = server.processes().cpu();
            var waiting = new HashSet<>(machines(server));
            waiting.removeAll(before);
            waiting.removeIf(pid -> !isWaiting(pid));
            var earlier = last;
            if (waiting.stream().anyMatch(pid -> now.getOrDefault(pid, 0L).equals(earlier.get(pid)))) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("no machine waits");
            }
            last = now;
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    private static boolean isWaiting(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cgroup")).contains("waiting-");
        } catch (IOException gone) {
            return false;
        }
    }

    /// What each takes of the host while it is idle, of the same function at the same time.
    void memory(Language language) throws IOException {
        Report.progress("memory of copies of microVMs");
        megabytes++;
        try (var server = server("memory", "0")) {
            var figures = new ArrayList<Double>();
            var seen = new HashSet<Long>();
            for (int i = 0; i < rounds + 1; i++) {
                first(server, language, "memory-" + i);
                var now = machines(server);
                now.removeAll(seen);
                seen.addAll(now);
            }
            for (var pid : seen.stream().sorted().toList()) {
                figures.add(ProcessTree.proportionalKib(pid) / 1024.0);
            }
            var copies = figures.subList(1, figures.size());
            report.row(
                    "memory (PSS) of an idle microVM that is a copy, " + language.name(),
                    Figure.of(figures.getFirst(), " MiB").with("the first, that booted"),
                    Figure.NONE,
                    Figure.of(
                            copies.stream().mapToDouble(each -> each).average().orElseThrow(), " MiB"),
                    accelerator + "; mean of " + copies.size() + ", " + megabytes + " MB");
        }
    }

    /// A Java function that takes two seconds to initialise, and more for the JVM.
    void snapStart() throws IOException {
        Report.progress("SnapStart in microVMs");
        var source = Files.writeString(Files.createDirectories(folder).resolve("Slow.java"), SLOW_INIT);
        if (ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "--release", "17", "-d", folder.toString(), source.toString())
                != 0) {
            throw new IOException("javac refused " + source);
        }
        var zip = Language.zip(Map.of("Slow.class", Files.readAllBytes(folder.resolve("Slow.class"))));
        var runtime = "java" + Runtime.version().feature();
        try (var server = server("snapstart", "0")) {
            megabytes = Math.max(512, megabytes + 1);
            server.create("warms", runtime, "Slow::handle", zip, megabytes);
            server.send(server.invocation("warms"));
            server.create("plain", runtime, "Slow::handle", zip, megabytes);
            var plain = nanosOf(server, server.invocation("plain"));
            server.create(
                    "snap",
                    runtime,
                    "Slow::handle",
                    zip,
                    megabytes,
                    "\"SnapStart\":{\"ApplyOn\":\"PublishedVersions\"},");
            HearthServer.expect(server.send("POST", "/2015-03-31/functions/snap/versions", "{}"), 201);
            awaitActive(server, "/2015-03-31/functions/snap/configuration?Qualifier=1");
            var snap =
                    nanosOf(server, server.request("POST", "/2015-03-31/functions/snap/invocations?Qualifier=1", "{}"));
            report.row(
                    "first answer in a microVM under SnapStart, Java with 2 s of init",
                    Figure.millis(plain).with("without, machine restored"),
                    Figure.NONE,
                    Figure.millis(snap),
                    accelerator + "; one each");
        }
    }

    private static void awaitActive(HearthServer server, String path) throws IOException {
        var deadline = System.nanoTime() + LONGEST.toNanos();
        var answer = "";
        while (!answer.contains("\"State\":\"Active\"")) {
            if (System.nanoTime() > deadline || answer.contains("\"State\":\"Failed\"")) {
                throw new IOException("not active: " + answer);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            answer = server.send("GET", path, "");
        }
    }
}
