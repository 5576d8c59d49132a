package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// Makes sandboxes by bubblewrap, for users who are not root.
final class BubblewrapSandboxFactory implements SandboxFactory {
    private static final Logger log = System.getLogger(BubblewrapSandboxFactory.class.getName());
    private static final Path BUBBLEWRAP = Path.of("/usr/bin/bwrap");

    private final Spawner spawner = new Spawner();
    private final ProcessRecords records;
    private final Path directory;
    private final Path etc;
    private final byte[] filter;
    private final int nothing;
    private final Optional<LifeSign> sign;

    /// @param launcher only to print its filter of system calls
    /// @param sign of the server, where there is a place for it; closed with this
    BubblewrapSandboxFactory(Path launcher, Path directory, Optional<LifeSign> sign) throws SandboxException {
        this.sign = sign;
        if (!Files.isExecutable(BUBBLEWRAP)) {
            throw new SandboxException("there is no " + BUBBLEWRAP);
        }
        this.directory = directory;
        this.records = new ProcessRecords(directory);
        try {
            this.etc = Files.createDirectories(directory.resolve("etc"));
            for (var file : TemplateRoot.FILES.entrySet()) {
                Files.writeString(etc.resolve(file.getKey()), file.getValue());
            }
            var entrypoint = Files.writeString(etc.resolve(TemplateRoot.ENTRYPOINT_NAME), TemplateRoot.ENTRYPOINT);
            Files.setPosixFilePermissions(entrypoint, PosixFilePermissions.fromString("rwxr-xr-x"));
            this.filter = new ProcessBuilder(launcher.toString(), "--print-filter")
                    .start()
                    .getInputStream()
                    .readAllBytes();
            this.nothing = Descriptors.open(Path.of("/dev/null"));
        } catch (IOException e) {
            throw new SandboxException("bubblewrap cannot be prepared: " + e.getMessage(), e);
        }
    }

    @Override
    public SandboxKind kind() {
        return SandboxKind.BUBBLEWRAP;
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws SandboxException {
        try {
            var tmp = Files.createDirectories(directory.resolve("tmp").resolve(spec.name()));
            var command = new BubblewrapCommand(BUBBLEWRAP, spec.mounts(), etc, tmp, filter);
            return new GuardedSandbox(new RootlessSandbox(spawner, nothing, command, records, () -> delete(tmp)));
        } catch (LinuxException e) {
            throw new SandboxException(spec.name() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new SandboxException("the /tmp of %s: %s".formatted(spec.name(), e.getMessage()), e);
        }
    }

    private static void delete(Path tmp) {
        try {
            Leftovers.deleteTree(tmp);
        } catch (IOException e) {
            log.log(Level.WARNING, "{0} stays: {1}", tmp, e.getMessage());
        }
    }

    @Override
    public void close() {
        Descriptors.close(nothing);
        spawner.close();
        sign.ifPresent(LifeSign::end);
    }
}
