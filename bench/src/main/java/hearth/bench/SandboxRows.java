package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Sandboxes a second: functions that never ran, called ten at a time. The builds take turns, ten by ten.
final class SandboxRows {
    private static final int CALLERS = 10;

    private final Report report;
    private final Rivals rivals;
    private final Path folder;
    private final boolean quick;

    SandboxRows(Report report, Rivals rivals, Path folder, boolean quick) {
        this.report = report;
        this.rivals = rivals;
        this.folder = folder;
        this.quick = quick;
    }

    void run() throws Exception {
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
        var python = Language.all().getFirst();
        try (var servers = rivals.start(folder, "sandboxes")) {
            // A runtime that costs nothing.
            row(servers, "static no-op runtime", "provided.al2023", zip, List.of("/bin/true"));
            row(servers, "python", python.runtime(), python.zip("many"), python.bareStart());
        }
    }

    private void row(Rivals.Servers servers, String what, String runtime, byte[] zip, List<String> floorCommand)
            throws Exception {
        Report.progress("sandboxes a second, " + what);
        var count = quick ? 20 : 200;
        var name = runtime.replace(".", "") + "-";
        for (int i = 0; i < count; i++) {
            servers.create(name + i, runtime, "app.handler", zip, 128);
        }
        var now = 0L;
        var earlier = 0L;
        for (int i = 0; i < count; i += CALLERS) {
            now += batch(servers.now(), name, i);
            if (servers.earlier().isPresent()) {
                earlier += batch(servers.earlier().get(), name, i);
            }
        }
        var floor = Floors.start(21, floorCommand.toArray(String[]::new));
        var perSecond = count * 1e9 / now;
        report.row(
                "sandboxes a second, " + what,
                Figure.millis(floor)
                        .with("to start " + Path.of(floorCommand.getFirst()).getFileName()),
                Figure.of(earlier == 0 ? Double.NaN : count * 1e9 / earlier, "/s"),
                Figure.of(perSecond, "/s"),
                1e9 / perSecond / floor,
                earlier == 0 ? Double.NaN : (double) earlier / now,
                "÷ floor: time of one; " + count + " functions, " + CALLERS + " callers");
    }

    private static long batch(HearthServer server, String name, int first) throws Exception {
        var begin = System.nanoTime();
        return Callers.atOnce(CALLERS, n -> Main.expectOk(server.send(server.invocation(name + (first + n))))) - begin;
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
}
