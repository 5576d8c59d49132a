package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.sandbox.SandboxProcess.Exit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Chooses the strongest kind of sandbox that works on this host, by trying it.
public final class Sandboxes {
    private static final Logger log = System.getLogger(Sandboxes.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> TRIAL = List.of("/usr/bin/true");

    private Sandboxes() {}

    /// A factory that works, and what was stronger but does not.
    public record Choice(SandboxFactory factory, List<Refusal> refusals) {
        public Choice {
            refusals = List.copyOf(refusals);
        }
    }

    /// Why a kind of sandbox does not work here.
    public record Refusal(SandboxKind kind, String reason) {}

    /// Clears what a killed server left, then tries each kind. Blocks for tens of milliseconds.
    ///
    /// @throws SandboxException if none works, or not the one that was asked for
    public static Choice choose(SandboxConfig config) throws SandboxException {
        new Leftovers(CgroupMounts.ofThisHost(), config).clear();
        var refusals = new ArrayList<Refusal>();
        for (var kind : SandboxKind.values()) {
            if (config.only().isPresent() && config.only().get() != kind) {
                continue;
            }
            try {
                var factory = tried(config, kind);
                refusals.forEach(refusal -> log.log(
                        Level.WARNING,
                        "no sandboxes of {0}: {1}",
                        refusal.kind().label(),
                        refusal.reason()));
                if (kind != SandboxKind.NAMESPACES) {
                    log.log(Level.WARNING, "FUNCTIONS ARE NOT FULLY ISOLATED: sandbox kind {0}", kind.label());
                }
                return new Choice(factory, refusals);
            } catch (SandboxException e) {
                refusals.add(new Refusal(kind, String.valueOf(e.getMessage())));
            }
        }
        throw new SandboxException("no kind of sandbox works: " + refusals);
    }

    private static SandboxFactory tried(SandboxConfig config, SandboxKind kind) throws SandboxException {
        return switch (kind) {
            case NAMESPACES -> namespaces(config);
            case BUBBLEWRAP -> tried(new BubblewrapSandboxFactory(config.launcher(), config.directory()));
            case PROCESS -> tried(new ProcessSandboxFactory(config.directory()));
        };
    }

    private static SandboxFactory namespaces(SandboxConfig config) throws SandboxException {
        if (!System.getProperty("user.name", "").equals("root")) {
            throw new SandboxException("the server does not run as root");
        }
        if (!Files.isExecutable(config.launcher())) {
            throw new SandboxException("there is no launcher at " + config.launcher());
        }
        try {
            return tried(new NamespaceSandboxFactory(
                    config, new TmpImages(config.directory().resolve("tmp"))));
        } catch (SandboxException onDisk) {
            var factory = tried(new NamespaceSandboxFactory(config, new TmpStorage.Memory()));
            log.log(
                    Level.WARNING,
                    "what functions write to /tmp counts against their memory, because it cannot be on disk: {0}",
                    onDisk.getMessage());
            return factory;
        }
    }

    private static SandboxFactory tried(SandboxFactory factory) throws SandboxException {
        try {
            tryOut(factory);
            return factory;
        } catch (SandboxException e) {
            factory.close();
            throw e;
        }
    }

    private static void tryOut(SandboxFactory factory) throws SandboxException {
        var spec = new SandboxSpec("trial", Bytes.mebibytes(128), 1000, Bytes.mebibytes(512), List.of());
        try (var sandbox = factory.create(spec)) {
            Descriptors.close(sandbox.runtimeApiSocket());
            var process = sandbox.start(new ProcessSpec(TRIAL, Map.of(), "/"));
            try {
                if (!Descriptors.awaitReadable(process.pidfd(), (int) PATIENCE.toMillis())) {
                    throw new SandboxException("%s did not end in it".formatted(TRIAL));
                }
                var exit = process.exit();
                if (!exit.equals(new Exit.Status(0))) {
                    throw new SandboxException("%s ended with %s".formatted(TRIAL, exit));
                }
            } finally {
                process.kill();
                process.close();
            }
        } catch (LinuxException e) {
            throw new SandboxException("trying it: " + e.getMessage(), e);
        }
    }
}
