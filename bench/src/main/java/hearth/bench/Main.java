package hearth.bench;

import static hearth.bench.Report.format;
import static hearth.bench.Report.millis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// `./hearth bench [--quick] [PART...]`: every row beside its floor, measured in the same run; or the rows
/// of some parts.
public final class Main {
    private final Report report = new Report();
    private final Path repository;
    private final Path folder;
    private final boolean quick;
    private final Set<Part> parts;

    /// What can be measured by itself.
    private enum Part {
        READY,
        WARM,
        SANDBOXES,
        CREATIONS,
        CONTROL,
        COLD,
        BURST,
        MEMORY
    }

    private Main(Path repository, Path folder, boolean quick, Set<Part> parts) {
        this.repository = repository;
        this.folder = folder;
        this.quick = quick;
        this.parts = parts;
    }

    public static void main(String[] arguments) throws Exception {
        var repository = Path.of(System.getProperty("hearth.repository", "."))
                .toAbsolutePath()
                .normalize();
        var folder = Files.createTempDirectory("hearth-bench");
        var words = new ArrayList<>(List.of(arguments));
        var quick = words.remove("--quick");
        var bench = new Main(repository, folder, quick, parts(words));
        bench.run();
        var file = Files.createDirectories(repository.resolve("bench/target")).resolve("bench.md");
        Files.writeString(file, bench.report.markdown());
        System.out.println("Written to " + repository.relativize(file));
    }

    private static Set<Part> parts(List<String> names) {
        var parts = EnumSet.noneOf(Part.class);
        names.forEach(name -> parts.add(Part.valueOf(name.toUpperCase(Locale.ROOT))));
        return parts.isEmpty() ? EnumSet.allOf(Part.class) : parts;
    }

    private void run() throws Exception {
        if (parts.contains(Part.READY)) {
            timeToReady();
        }
        if (parts.contains(Part.WARM) || parts.contains(Part.SANDBOXES) || parts.contains(Part.CREATIONS)) {
            inOneServer();
        }
        if (parts.contains(Part.CONTROL)) {
            new ControlRows(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.COLD)) {
            new ColdStarts(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.BURST) || parts.contains(Part.MEMORY)) {
            for (var language : Language.all()) {
                burstAndMemory(language);
            }
        }
        if (parts.contains(Part.MEMORY)) {
            // As many as one machine is to hold, and none of them expired meanwhile.
            try (var hearth = HearthServer.start(repository, folder.resolve("data-many"), "--idle-timeout", "1h")) {
                memory(hearth, Language.all().getFirst(), quick ? 100 : 2000);
            }
        }
    }

    private void inOneServer() throws Exception {
        try (var hearth = HearthServer.start(repository, folder.resolve("data"))) {
            if (parts.contains(Part.WARM)) {
                for (var language : Language.all()) {
                    new WarmRows(report, hearth, language, quick ? Duration.ofMillis(300) : Duration.ofMillis(1500))
                            .measure(folder);
                }
            }
            if (parts.contains(Part.SANDBOXES)) {
                sandboxes(hearth);
            }
            if (parts.contains(Part.CREATIONS)) {
                creations(hearth);
            }
        }
    }

    private void burstAndMemory(Language language) throws Exception {
        try (var hearth = HearthServer.start(repository, folder.resolve("data-" + language.name()))) {
            if (parts.contains(Part.BURST)) {
                burst(hearth, language);
            }
            if (parts.contains(Part.MEMORY)) {
                memory(hearth, language, quick ? 10 : 50);
            }
        }
    }

    private void timeToReady() throws Exception {
        var nanos = new double[quick ? 3 : 7];
        for (int i = 0; i < nanos.length; i++) {
            try (var hearth = HearthServer.start(repository, folder.resolve("ready"))) {
                nanos[i] = hearth.timeToReady().toNanos();
            }
        }
        var floor =
                Floors.start(nanos.length, System.getProperty("java.home") + "/bin/java", "-Xshare:auto", "-version");
        var ready = Floors.median(nanos);
        report.row(
                "time to ready (`./hearth up`, built)",
                millis(ready),
                millis(floor) + " `java -version`",
                ready / floor,
                "median of " + nanos.length);
    }

    /// One function, called by many for the first time at once.
    private void burst(HearthServer hearth, Language language) throws Exception {
        var callers = quick ? 20 : 100;
        hearth.create("burst", language.runtime(), "app.handler", language.zip("burst"), 128 * 14);
        var request = hearth.invocation("burst");
        var begin = System.nanoTime();
        var last = atOnce(callers, i -> expectOk(hearth.send(request)));
        var floorCpu = Floors.start(5, language.bareStart().toArray(String[]::new));
        report.row(
                callers + " first invokes of one function at once, " + language.name(),
                millis((double) (last - begin)) + " to the last",
                millis(floorCpu * callers / Runtime.getRuntime().availableProcessors()) + " for as many bare starts",
                (double) (last - begin)
                        / (floorCpu * callers / Runtime.getRuntime().availableProcessors()),
                "no error");
    }

    private interface Call {
        void run(int number) throws IOException;
    }

    private static long atOnce(int callers, Call call) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (int i = 0; i < callers; i++) {
                var number = i;
                calls.add(threads.submit(() -> {
                    call.run(number);
                    return null;
                }));
            }
            for (var each : calls) {
                each.get();
            }
        }
        return System.nanoTime();
    }

    /// Sandboxes a second: functions that never ran, called ten at a time, with a runtime that costs nothing.
    private void sandboxes(HearthServer hearth) throws Exception {
        var source = Floors.resource("noop.c", folder);
        var binary = folder.resolve("bootstrap");
        var status = new ProcessBuilder(
                        "gcc", "-O2", "-static", "-D_GNU_SOURCE", "-o", binary.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("gcc ended with " + status);
        }
        var zip = executable(Language.zip(Map.of("bootstrap", Files.readAllBytes(binary))));
        sandboxes(hearth, "static no-op runtime", "provided.al2023", zip, "/bin/true");
        var python = Language.all().getFirst();
        var bareStart = python.bareStart().toArray(String[]::new);
        sandboxes(hearth, "python", python.runtime(), python.zip("many"), bareStart);
    }

    private void sandboxes(HearthServer hearth, String what, String runtime, byte[] zip, String... floorCommand)
            throws Exception {
        var count = quick ? 20 : 200;
        for (int i = 0; i < count; i++) {
            hearth.create(runtime.replace(".", "") + "-" + i, runtime, "app.handler", zip, 128);
        }
        var begin = System.nanoTime();
        for (int i = 0; i < count; i += 10) {
            var first = i;
            atOnce(10, n -> expectOk(hearth.send(hearth.invocation(runtime.replace(".", "") + "-" + (first + n)))));
        }
        var seconds = (System.nanoTime() - begin) / 1e9;
        var floor = Floors.start(21, floorCommand);
        report.row(
                "sandboxes a second, " + what,
                format(count / seconds) + "/s",
                millis(floor) + " to start " + Path.of(floorCommand[0]).getFileName(),
                seconds / count / (floor / 1e9),
                "time of one ÷ floor; " + count + " functions, 10 callers");
    }

    /// Sets unix mode 0755 on the package's one file, which java.util.zip cannot write.
    private static byte[] executable(byte[] zip) {
        var at = IntStream.iterate(zip.length - 46, i -> i - 1)
                .filter(i -> zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2)
                .findFirst()
                .orElseThrow();
        var mode = 0100755;
        zip[at + 5] = 3;
        zip[at + 40] = (byte) mode;
        zip[at + 41] = (byte) (mode >> 8);
        return zip;
    }

    private void creations(HearthServer hearth) throws Exception {
        var rounds = quick ? 20 : 200;
        var zip = Language.all().getFirst().zip("created");
        var body =
                "{\"FunctionName\":\"created-%d\",\"Runtime\":\"python3.12\",\"Handler\":\"app.handler\",\"Role\":\"arn:aws:iam::000000000000:role/b\","
                        + "\"Code\":{\"ZipFile\":\""
                        + java.util.Base64.getEncoder().encodeToString(zip) + "\"}}";
        var nanos = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            var begin = System.nanoTime();
            HearthServer.expect(hearth.send("POST", "/2015-03-31/functions", body.formatted(i)), 201);
            nanos[i] = System.nanoTime() - begin;
        }
        var floor = Floors.fsync(rounds, folder);
        var one = Floors.median(nanos);
        report.row(
                "CreateFunction, one at a time",
                millis(one),
                millis(floor) + " write + fsync",
                one / floor,
                "median of " + rounds);
        var begin = System.nanoTime();
        atOnce(
                rounds,
                i -> HearthServer.expect(
                        hearth.send("POST", "/2015-03-31/functions", body.formatted(rounds + i)), 201));
        report.row(
                "CreateFunction, " + rounds + " at once",
                format(rounds / ((System.nanoTime() - begin) / 1e9)) + "/s",
                "");
    }

    /// What an idle environment takes from the machine, and how much of that is the interpreter's own.
    private void memory(HearthServer hearth, Language language, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            hearth.create("idle-" + i, language.runtime(), "app.handler", language.zip("idle"), 128);
        }
        expectOk(hearth.send(hearth.invocation("idle-0")));
        var before = ProcessTree.availableKib();
        var processesBefore = hearth.processes().cpu().keySet();
        for (int i = 1; i < count; i += 10) {
            var first = i;
            atOnce(Math.min(10, count - i), n -> expectOk(hearth.send(hearth.invocation("idle-" + (first + n)))));
        }
        var taken = (before - ProcessTree.availableKib()) / (count - 1.0);
        var added = new ArrayList<>(hearth.processes().cpu().keySet());
        added.removeAll(processesBefore);
        var launchers = added.stream()
                        .filter(Main::isLauncher)
                        .mapToLong(ProcessTree::proportionalKib)
                        .sum()
                / (count - 1.0);
        var runtimes = added.stream()
                        .filter(pid -> !isLauncher(pid))
                        .mapToLong(ProcessTree::proportionalKib)
                        .sum()
                / (count - 1.0);
        report.row(
                "memory of each of %d idle %s environments".formatted(count, language.name()),
                format(taken / 1024) + " MiB of MemAvailable",
                format(runtimes / 1024) + " MiB PSS of the interpreter",
                taken / runtimes,
                format(launchers / 1024) + " MiB PSS of Hearth's own processes in it");
    }

    private static boolean isLauncher(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(p -> p.info().command())
                .orElse("launcher")
                .endsWith("launcher");
    }

    static void expectOk(String answer) throws IOException {
        if (!answer.startsWith("HTTP/1.1 200")
                || answer.toLowerCase(java.util.Locale.ROOT).contains("x-amz-function-error")) {
            throw new IOException("An invocation failed: " + answer);
        }
    }
}
