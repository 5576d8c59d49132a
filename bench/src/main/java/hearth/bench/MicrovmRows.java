package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// MicroVMs beside sandboxes of namespaces of the same build: from a function that never ran to its first
/// answer, a warm invocation, and what an idle one takes. Without KVM the processor is emulated, and only the
/// rows' own ratios tell anything.
final class MicrovmRows {
    private static final int MEGABYTES = 256;

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final boolean quick;

    MicrovmRows(Report report, Path repository, Path folder, boolean quick) {
        this.report = report;
        this.repository = repository;
        this.folder = folder;
        this.quick = quick;
    }

    void run() throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64"))
                || !Files.isReadable(Path.of("/var/lib/hearth/guest-kernel/vmlinuz"))) {
            Report.progress("microVMs: skipped, there is no QEMU or no guest kernel (hearth-guest-kernel)");
            return;
        }
        var accelerator = isKvmUsed() ? "KVM" : "emulated";
        var copies = new MicrovmCopyRows(report, repository, folder, accelerator, quick);
        for (var language : Language.all()) {
            copies.run(language);
        }
        copies.memory(Language.all().getFirst());
        copies.snapStart();
        try (var machines = server("microvm");
                var namespaces = server("namespaces")) {
            for (var language : Language.all()) {
                rows(language, machines, namespaces, accelerator);
            }
        }
    }

    /// Machines run as users without rights.
    private static boolean isKvmUsed() {
        try {
            return Files.getPosixFilePermissions(Path.of("/dev/kvm"))
                    .containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE));
        } catch (IOException absent) {
            return false;
        }
    }

    /// Without anything that waits.
    private HearthServer server(String kind) throws IOException {
        return HearthServer.start(
                repository, folder.resolve("sandbox-" + kind), "--sandbox", kind, "--pool-memory", "0");
    }

    private void rows(Language language, HearthServer machines, HearthServer namespaces, String accelerator)
            throws IOException {
        Report.progress("microVMs, " + language.name());
        var rounds = quick ? 3 : 7;
        var booted = new double[rounds];
        var started = new double[rounds];
        var before = monitors(machines);
        for (int i = 0; i < rounds; i++) {
            booted[i] = first(machines, language, i);
            started[i] = first(namespaces, language, i);
        }
        report.row(
                "first answer of a new function, microVM, " + language.name(),
                Figure.millis(Floors.median(started)).with("namespaces"),
                Figure.NONE,
                Figure.millis(Floors.median(booted)),
                accelerator + "; median of " + rounds);
        var invocations = quick ? 100 : 1000;
        report.row(
                "warm invoke, one at a time, microVM, " + language.name(),
                Figure.millis(warm(namespaces, language, invocations)).with("namespaces"),
                Figure.NONE,
                Figure.millis(warm(machines, language, invocations)),
                accelerator + "; median of " + invocations);
        report.row(
                "memory of an idle microVM, " + language.name(),
                Figure.of(MEGABYTES, " MiB").with("MemorySize"),
                Figure.NONE,
                Figure.of((monitors(machines) - before) / 1024.0 / rounds, " MiB")
                        .with("PSS of QEMU"),
                accelerator);
    }

    private static double first(HearthServer server, Language language, int number) throws IOException {
        var name = "first-" + language.name() + "-" + number;
        var unique = number + " " + System.nanoTime();
        server.create(name, language.runtime(), language.handler(), language.zip(unique), MEGABYTES);
        var request = server.invocation(name);
        var begin = System.nanoTime();
        Main.expectOk(server.send(request));
        return System.nanoTime() - begin;
    }

    private static double warm(HearthServer server, Language language, int count) throws IOException {
        var request = server.invocation("first-" + language.name() + "-0");
        var nanos = new double[count];
        for (int i = 0; i < count; i++) {
            var begin = System.nanoTime();
            Main.expectOk(server.send(request));
            nanos[i] = System.nanoTime() - begin;
        }
        return Floors.median(nanos);
    }

    /// What the server's machines take, in KiB.
    private static long monitors(HearthServer server) {
        return server.processes().cpu().keySet().stream()
                .filter(pid -> ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .filter(command -> command.endsWith("qemu-system-x86_64"))
                        .isPresent())
                .mapToLong(ProcessTree::proportionalKib)
                .sum();
    }
}
