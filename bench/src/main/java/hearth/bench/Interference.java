package hearth.bench;

import static hearth.bench.Report.format;

import hearth.bench.Report.Figure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// What callers of one function see while others create functions of large packages: the median, as many times that of
/// the quiet server.
final class Interference {
    private static final int CREATORS = 4;
    private static final int PACKAGE_MEGABYTES = 240;
    private static final String SMALL = "{\"a\":1234}";

    private final Report report;
    private final Rivals rivals;
    private final Path folder;
    private final int seconds;

    Interference(Report report, Rivals rivals, Path folder, boolean quick) {
        this.report = report;
        this.rivals = rivals;
        this.folder = folder;
        this.seconds = quick ? 3 : 10;
    }

    /// The median of invocations with a small and with a large event, quiet and amid creations.
    private record Medians(double quietSmall, double quietLarge, double busySmall, double busyLarge) {
        static final Medians NONE = new Medians(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    void run() throws Exception {
        Report.progress("interference of " + CREATORS + " creators");
        try (var servers = rivals.start(folder, "interference")) {
            var earlier =
                    servers.earlier().isPresent() ? measure(servers.earlier().get()) : Medians.NONE;
            var now = measure(servers.now());
            row("10 bytes", now.quietSmall, now.busySmall, earlier.busySmall / earlier.quietSmall);
            row("100 KB", now.quietLarge, now.busyLarge, earlier.busyLarge / earlier.quietLarge);
        }
    }

    private void row(String event, double quiet, double busy, double earlier) {
        report.row(
                "p50 of invocations with " + event + " while " + CREATORS + " create functions of " + PACKAGE_MEGABYTES
                        + " MB",
                Figure.of(quiet, " µs").with("quiet"),
                Figure.of(earlier, " × its quiet"),
                Figure.of(busy, " µs"),
                busy / quiet,
                busy / quiet / earlier,
                "1 connection; ÷ floor: " + format(busy / quiet) + " × its quiet");
    }

    private Medians measure(HearthServer server) throws Exception {
        var python = Language.all().getFirst();
        server.create("caller", python.runtime(), python.handler(), python.zip("caller"), 1769);
        var small = SMALL.getBytes(StandardCharsets.UTF_8);
        var large = ("{\"a\":\"" + "x".repeat(100_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        p50(server, small);
        p50(server, large);
        var quietSmall = p50(server, small);
        var quietLarge = p50(server, large);
        var ended = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var creators = new ArrayList<Future<?>>();
            var number = new AtomicInteger();
            for (int i = 0; i < CREATORS; i++) {
                var zip = Base64.getEncoder().encodeToString(largePackage(i));
                creators.add(threads.submit(() -> {
                    while (!ended.get()) {
                        create(server, "large-" + number.getAndIncrement(), zip);
                    }
                    return null;
                }));
            }
            double busySmall;
            double busyLarge;
            try {
                busySmall = p50(server, small);
                busyLarge = p50(server, large);
            } finally {
                ended.set(true);
            }
            await(creators);
            return new Medians(quietSmall, quietLarge, busySmall, busyLarge);
        }
    }

    private static void await(Iterable<Future<?>> creators) throws InterruptedException, ExecutionException {
        for (var creator : creators) {
            creator.get();
        }
    }

    private double p50(HearthServer server, byte[] event) throws IOException, InterruptedException {
        var wrk = new Wrk(folder.resolve("interference.lua"));
        var result = wrk.run(server.address(), server.load("caller", event), 1, seconds);
        report.errors(result.errors());
        return result.p50Micros();
    }

    /// Creates the function and deletes it, so that the account's room for code lasts. A server may say that it has
    /// enough to do: then the creator asks again.
    private static void create(HearthServer server, String name, String zip) throws IOException {
        var answer = server.send(
                "POST",
                "/2015-03-31/functions",
                "{\"FunctionName\":\"%s\",\"Runtime\":\"python3.12\",\"Handler\":\"app.handler\",\"Role\":\"arn:aws:iam::000000000000:role/b\",\"Code\":{\"ZipFile\":\"%s\"}}"
                        .formatted(name, zip));
        if (answer.startsWith("HTTP/1.1 429")) {
            return;
        }
        HearthServer.expect(answer, 201);
        server.send("DELETE", "/2015-03-31/functions/" + name, "");
    }

    /// About a megabyte that becomes 240 of them.
    private static byte[] largePackage(int seed) {
        var bytes = new ByteArrayOutputStream();
        var random = new Random(seed);
        var piece = new byte[1 << 20];
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("large.bin"));
            for (int i = 0; i < PACKAGE_MEGABYTES; i++) {
                // A few that cannot be compressed, so that no two packages are alike.
                for (int at = 0; at < 3_000; at++) {
                    piece[at] = (byte) random.nextInt();
                }
                zip.write(piece);
            }
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
