package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import java.nio.file.Path;
import java.util.Optional;

/// Makes "sandboxes" that isolate nothing, for machines that allow nothing better.
public final class ProcessSandboxFactory implements SandboxFactory {
    private final Spawner spawner = new Spawner();
    private final ProcessRecords records;
    private final int nothing;
    private final Optional<LifeSign> sign;

    /// @param directory for notes of what runs
    public ProcessSandboxFactory(Path directory) throws SandboxException {
        this(directory, Optional.empty());
    }

    /// @param sign of the server, where there is a place for it; closed with this
    ProcessSandboxFactory(Path directory, Optional<LifeSign> sign) throws SandboxException {
        this.sign = sign;
        this.records = new ProcessRecords(directory);
        try {
            this.nothing = Descriptors.open(Path.of("/dev/null"));
        } catch (LinuxException e) {
            throw new SandboxException("the sandbox of plain processes: " + e.getMessage(), e);
        }
    }

    @Override
    public SandboxKind kind() {
        return SandboxKind.PROCESS;
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws SandboxException {
        try {
            return new GuardedSandbox(
                    new RootlessSandbox(spawner, nothing, new PlainCommand(spec.mounts()), records, () -> {}));
        } catch (LinuxException e) {
            throw new SandboxException(spec.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        Descriptors.close(nothing);
        spawner.close();
        sign.ifPresent(LifeSign::end);
    }
}
