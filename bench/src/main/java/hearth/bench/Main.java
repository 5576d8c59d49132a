package hearth.bench;

import static hearth.bench.Report.format;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// `./hearth bench [--quick] [--against COMMIT|none] [PART...]`: every row beside its floor and beside the build of an
/// earlier commit, measured in the same run; or the rows of some parts.
public final class Main {
    /// The build that this one is measured beside, unless another is named.
    private static final String EARLIER = "78ea02c";

    private final Report report;
    private final Rivals rivals;
    private final Path repository;
    private final Path folder;
    private final boolean quick;
    private final Set<Part> parts;

    /// What can be measured by itself.
    private enum Part {
        READY,
        SERVER,
        WARM,
        SETTLED,
        AWAITING,
        COLD,
        SANDBOXES,
        MICROVM,
        MANY,
        INTERFERENCE,
        URLS,
        EVENTS,
        SOURCES,
        TOPICS,
        CREATIONS,
        CONTROL,
        BURST,
        MEMORY,
        HOSTS,
        MEMBER,
        STORE,
        PLACEMENT
    }

    private Main(Path repository, Rivals rivals, Path folder, boolean quick, Set<Part> parts) {
        this.report = new Report(rivals.earlier().map(Build::name).orElse(""));
        this.rivals = rivals;
        this.repository = repository;
        this.folder = folder;
        this.quick = quick;
        this.parts = parts;
    }

    public static void main(String[] arguments) throws Exception {
        var begin = System.nanoTime();
        var repository = Path.of(System.getProperty("hearth.repository", "."))
                .toAbsolutePath()
                .normalize();
        var words = new ArrayList<>(List.of(arguments));
        var quick = words.remove("--quick");
        var against = against(words);
        var parts = parts(words);
        var folder = Files.createTempDirectory("hearth-bench");
        var earlier = against.equals("none") ? Optional.<Build>empty() : Build.earlier(repository, against);
        var bench = new Main(repository, new Rivals(new Build("now", repository), earlier), folder, quick, parts);
        System.out.print(bench.report.head());
        try {
            bench.run();
        } finally {
            delete(folder);
        }
        var file = Files.createDirectories(repository.resolve("bench/target")).resolve("bench.md");
        Files.writeString(file, bench.report.markdown());
        Report.progress("written to " + repository.relativize(file) + " after "
                + Duration.ofNanos(System.nanoTime() - begin).toSeconds() + " s");
        if (bench.report.errors() > 0) {
            System.err.println("hearth: " + bench.report.errors() + " answers were not as they should be");
            System.exit(1);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Takes the option out of the words.
    private static String against(List<String> words) {
        var at = words.indexOf("--against");
        if (at < 0) {
            return EARLIER;
        }
        if (at + 1 == words.size()) {
            throw new IllegalArgumentException("--against wants a commit, or none");
        }
        words.remove(at);
        return words.remove(at);
    }

    private static Set<Part> parts(List<String> names) {
        var parts = EnumSet.noneOf(Part.class);
        names.forEach(name -> parts.add(part(name)));
        return parts.isEmpty() ? EnumSet.allOf(Part.class) : parts;
    }

    private static Part part(String name) {
        try {
            return Part.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            System.err.println("hearth: there is no part \"" + name + "\" to measure; there are "
                    + Arrays.toString(Part.values()).toLowerCase(Locale.ROOT)
                    + ", and --quick and --against COMMIT|none");
            System.exit(2);
            throw e;
        }
    }

    private void run() throws Exception {
        var server = new ServerRows(report, rivals, folder, quick);
        if (parts.contains(Part.READY)) {
            server.ready();
        }
        if (parts.contains(Part.SERVER)) {
            server.memory();
        }
        if (parts.contains(Part.WARM)) {
            for (var language : Language.all()) {
                warm("warm-" + language.name(), rows -> rows.nothing(language, 1, 16, 64));
            }
        }
        if (parts.contains(Part.SETTLED)) {
            for (var language : Language.all()) {
                warm("settled-" + language.name(), rows -> rows.settled(language, 64));
            }
        }
        if (parts.contains(Part.AWAITING)) {
            warm("awaiting", rows -> rows.awaiting(Language.all().getLast()));
        }
        if (parts.contains(Part.COLD)) {
            new ColdStarts(report, rivals, folder, quick).run();
        }
        if (parts.contains(Part.SANDBOXES)) {
            new SandboxRows(report, rivals, folder, quick).run();
        }
        if (parts.contains(Part.MANY)) {
            new ManyFunctions(report, rivals, folder, quick).run();
        }
        if (parts.contains(Part.INTERFERENCE)) {
            new Interference(report, rivals, folder, quick).run();
        }
        nowAlone();
        cluster();
    }

    /// Rows of several machines, of this build alone.
    private void cluster() throws Exception {
        if (parts.contains(Part.HOSTS)) {
            new HostRows(report, rivals.now(), folder, quick).run();
        }
        if (parts.contains(Part.MEMBER)) {
            new MemberRows(report, rivals.now(), folder, quick).run();
        }
        if (parts.contains(Part.STORE)) {
            new StoreRows(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.PLACEMENT)) {
            new PlacementRows(report, repository).run();
        }
    }

    /// Rows of this build alone.
    private void nowAlone() throws Exception {
        if (parts.contains(Part.MICROVM)) {
            new MicrovmRows(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.URLS)) {
            new UrlRows(report, repository, folder, quick).run(Language.all().getLast(), 64);
        }
        if (parts.contains(Part.EVENTS)) {
            new EventRows(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.SOURCES)) {
            new SourceRows(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.TOPICS)) {
            new TopicRows(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.CREATIONS)) {
            try (var hearth = HearthServer.start(repository, folder.resolve("creations"))) {
                creations(hearth);
            }
        }
        if (parts.contains(Part.CONTROL)) {
            new ControlRows(report, repository, folder, quick).run();
        }
        if (parts.contains(Part.BURST) || parts.contains(Part.MEMORY)) {
            for (var language : Language.all()) {
                burstAndMemory(language);
            }
        }
        if (parts.contains(Part.MEMORY)) {
            // As many as one machine is to hold, and none of them expired meanwhile.
            try (var hearth = HearthServer.start(repository, folder.resolve("data-many"), "--idle-timeout", "1h")) {
                memory(hearth, Language.all().getFirst(), quick ? 100 : idleEnvironments());
            }
        }
    }

    private interface Measuring {
        void by(WarmRows rows) throws Exception;
    }

    private void warm(String data, Measuring measuring) throws Exception {
        try (var servers = rivals.start(folder, data)) {
            measuring.by(new WarmRows(report, servers, folder, quick));
        }
    }

    private void burstAndMemory(Language language) throws Exception {
        Report.progress("burst and memory, " + language.name());
        try (var hearth = HearthServer.start(repository, folder.resolve("data-" + language.name()))) {
            if (parts.contains(Part.BURST)) {
                burst(hearth, language);
            }
            if (parts.contains(Part.MEMORY)) {
                memory(hearth, language, quick ? 10 : 50);
            }
        }
    }

    /// One function, called by many for the first time at once.
    private void burst(HearthServer hearth, Language language) throws Exception {
        var callers = quick ? 20 : 100;
        hearth.create("burst", language.runtime(), "app.handler", language.zip("burst"), 128 * 14);
        var request = hearth.invocation("burst");
        var begin = System.nanoTime();
        var last = Callers.atOnce(callers, i -> expectOk(hearth.send(request)));
        var floorCpu = Floors.start(5, language.bareStart().toArray(String[]::new));
        report.row(
                callers + " first invokes of one function at once, " + language.name(),
                Figure.millis(floorCpu * callers / Runtime.getRuntime().availableProcessors())
                        .with("for as many bare starts"),
                Figure.NONE,
                Figure.millis((double) (last - begin)).with("to the last"),
                "no error");
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
                Figure.millis(floor).with("write + fsync"),
                Figure.NONE,
                Figure.millis(one),
                "median of " + rounds);
        var begin = System.nanoTime();
        Callers.atOnce(
                rounds,
                i -> HearthServer.expect(
                        hearth.send("POST", "/2015-03-31/functions", body.formatted(rounds + i)), 201));
        report.row(
                "CreateFunction, " + rounds + " at once",
                Figure.NONE,
                Figure.NONE,
                Figure.of(rounds / ((System.nanoTime() - begin) / 1e9), "/s"),
                "");
    }

    /// As many as a server has descriptors for (`HostCapacity`), and no more than 2000.
    private static int idleEnvironments() throws IOException {
        var limits = Files.readString(Path.of("/proc/self/limits"));
        var limit = Pattern.compile("Max open files +\\d+ +(\\d+)").matcher(limits);
        return limit.find() ? (int) Math.min(2000, Long.parseLong(limit.group(1)) / 32 - 25) : 2000;
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
            Callers.atOnce(
                    Math.min(10, count - i), n -> expectOk(hearth.send(hearth.invocation("idle-" + (first + n)))));
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
                Figure.of(runtimes / 1024, " MiB").with("PSS of the interpreter"),
                Figure.NONE,
                Figure.of(taken / 1024, " MiB").with("of MemAvailable"),
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
