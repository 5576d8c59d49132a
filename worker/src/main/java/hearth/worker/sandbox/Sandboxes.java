package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.sandbox.SandboxProcess.Exit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Chooses the strongest kind of sandbox that works on this host, by trying it.
public final class Sandboxes {
    private static final Logger log = System.getLogger(Sandboxes.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> TRIAL = List.of("/usr/bin/true");

    private Sandboxes() {}

    /// A factory that works, and what was stronger but does not.
    ///
    /// @param tried now, and not at an earlier start under the same circumstances
    public record Choice(SandboxFactory factory, List<Refusal> refusals, boolean tried) {
        public Choice {
            refusals = List.copyOf(refusals);
        }
    }

    /// Why a kind of sandbox does not work here.
    public record Refusal(SandboxKind kind, String reason) {}

    /// Clears what killed servers left, then tries each kind, unless it is known what that would find. Blocks for
    /// tens of milliseconds.
    ///
    /// @throws SandboxException if none works, or not the one that was asked for
    public static Choice choose(SandboxConfig config) throws SandboxException {
        log.log(Level.DEBUG, "clearing what killed servers left");
        Leftovers.clear(config.directory());
        var known = TrialRecord.of(config);
        var again = known.holds() && config.only().orElse(SandboxKind.NAMESPACES) == SandboxKind.NAMESPACES
                ? withoutTrial(config)
                : Optional.<SandboxFactory>empty();
        if (again.isPresent()) {
            return new Choice(again.get(), List.of(), false);
        }
        known.forget();
        var refusals = new ArrayList<Refusal>();
        for (var kind : config.only().map(List::of).orElse(SandboxKind.AUTOMATIC)) {
            log.log(Level.DEBUG, "trying {0}", kind.label());
            switch (attempt(config, kind)) {
                case Trial.Works(var factory, var shortcomings) -> {
                    tell(kind, refusals, shortcomings);
                    if (kind == SandboxKind.NAMESPACES && shortcomings.isEmpty()) {
                        known.keep();
                    }
                    return new Choice(factory, refusals, true);
                }
                case Trial.Fails(var reason) -> refusals.add(new Refusal(kind, reason));
            }
        }
        throw new SandboxException("no kind of sandbox works: " + refusals);
    }

    /// Namespaces as an earlier trial has found them; empty where they are not so any more, and are to be tried.
    private static Optional<SandboxFactory> withoutTrial(SandboxConfig config) {
        try {
            var factory = new NamespaceSandboxFactory(config, images(config));
            var kept = false;
            try {
                if (factory.shortcomings().isEmpty()) {
                    factory.stockUp();
                    kept = true;
                    return Optional.of(factory);
                }
            } finally {
                if (!kept) {
                    factory.close();
                }
            }
        } catch (SandboxException | RuntimeException e) {
            log.log(Level.DEBUG, "what has worked before is tried again: {0}", e.getMessage());
        }
        return Optional.empty();
    }

    private static TmpImages images(SandboxConfig config) {
        return new TmpImages(config.directory().resolve("tmp"));
    }

    private static void tell(SandboxKind kind, List<Refusal> refusals, List<String> shortcomings) {
        refusals.forEach(refusal -> log.log(
                Level.WARNING, "no sandboxes of {0}: {1}", refusal.kind().label(), refusal.reason()));
        shortcomings.forEach(shortcoming -> log.log(Level.WARNING, "{0}", shortcoming));
        if (!kind.missing().isEmpty()) {
            log.log(
                    Level.WARNING,
                    "FUNCTIONS ARE NOT FULLY ISOLATED: with sandboxes of kind {0} {1}",
                    kind.label(),
                    kind.missing());
        }
    }

    /// Tries one kind.
    public static Trial attempt(SandboxConfig config, SandboxKind kind) {
        try {
            return switch (kind) {
                case NAMESPACES -> namespaces(config);
                case BUBBLEWRAP ->
                    tried(
                            sign(config),
                            sign -> new BubblewrapSandboxFactory(config.launcher(), config.directory(), sign));
                case PROCESS -> tried(sign(config), sign -> new ProcessSandboxFactory(config.directory(), sign));
                case MICROVM -> microvms(config);
            };
        } catch (SandboxException e) {
            return new Trial.Fails(String.valueOf(e.getMessage()));
        }
    }

    /// A server without root may have no place for it; nothing of it has a name on the host then.
    private static Optional<LifeSign> sign(SandboxConfig config) {
        try {
            return Optional.of(LifeSign.give(Instance.shared(), config.instance(), config.directory()));
        } catch (IOException e) {
            log.log(Level.DEBUG, "no sign of life: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    private static Trial microvms(SandboxConfig config) throws SandboxException {
        requireRootAndLauncher(config);
        var reasons = new ArrayList<String>();
        for (var kind : MonitorChoice.kinds(config.microvm())) {
            try {
                var factory = new MicrovmSandboxFactory(config, images(config), MonitorChoice.making(kind));
                tried(factory);
                log.log(Level.INFO, "microVMs run on {0}", factory.monitorName());
                return new Trial.Works(factory, factory.shortcomings());
            } catch (SandboxException e) {
                log.log(Level.INFO, "microVMs do not run on {0}: {1}", kind.label(), e.getMessage());
                reasons.add(kind.label() + ": " + e.getMessage());
            }
        }
        throw new SandboxException("no microVMs by " + String.join("; nor by ", reasons));
    }

    private static void requireRootAndLauncher(SandboxConfig config) throws SandboxException {
        if (!Privileges.own().isRoot()) {
            throw new SandboxException("the server does not run as root");
        }
        if (!Files.isExecutable(config.launcher())) {
            throw new SandboxException("there is no launcher at " + config.launcher());
        }
    }

    private static Trial namespaces(SandboxConfig config) throws SandboxException {
        requireRootAndLauncher(config);
        try {
            return namespaces(config, images(config), List.of());
        } catch (SandboxException onDisk) {
            return namespaces(
                    config,
                    new TmpStorage.Memory(),
                    List.of("what functions write to /tmp counts against their memory, because it cannot be on disk: "
                            + onDisk.getMessage()));
        }
    }

    private static Trial namespaces(SandboxConfig config, TmpStorage tmp, List<String> known) throws SandboxException {
        var factory = new NamespaceSandboxFactory(config, tmp);
        tried(factory);
        return new Trial.Works(
                factory,
                Stream.concat(known.stream(), factory.shortcomings().stream()).toList());
    }

    private interface Making {
        SandboxFactory make(Optional<LifeSign> sign) throws SandboxException;
    }

    private static Trial tried(Optional<LifeSign> sign, Making making) throws SandboxException {
        SandboxFactory factory;
        try {
            factory = making.make(sign);
        } catch (SandboxException e) {
            sign.ifPresent(LifeSign::end);
            throw e;
        }
        tried(factory);
        return new Trial.Works(factory, List.of());
    }

    private static void tried(SandboxFactory factory) throws SandboxException {
        try {
            tryOut(factory);
        } catch (SandboxException e) {
            factory.close();
            throw e;
        }
    }

    private static void tryOut(SandboxFactory factory) throws SandboxException {
        var spec = new SandboxSpec("trial", Bytes.mebibytes(128), 1000, Bytes.mebibytes(512), List.of());
        log.log(Level.DEBUG, "making a sandbox");
        try (var sandbox = factory.create(spec)) {
            log.log(Level.DEBUG, "running {0} in it", TRIAL);
            sandbox.closeSockets();
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
            log.log(Level.DEBUG, "removing it");
        } catch (LinuxException | UncheckedIOException e) {
            throw new SandboxException("trying it: " + e.getMessage(), e);
        }
    }
}
