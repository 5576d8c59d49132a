package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkNamespace;
import hearth.worker.linux.Spawner;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A sandbox that needs no root: a child process on the host's network, with or without bubblewrap around it.
///
/// It has no limits, and it does not freeze: stopping by a signal would be seen by the function.
final class RootlessSandbox implements Sandbox {
    private static final Logger log = System.getLogger(RootlessSandbox.class.getName());
    private static final int FRAMED_INSIDE = 62;

    private final Spawner spawner;
    private final int nothing;
    private final CommandMaker commands;
    private final ProcessRecords records;
    private final int runtimeApiSocket;
    private final String runtimeApiAddress;
    private final Runnable whenClosed;

    private final ResidentPeak peak = new ResidentPeak();
    private @Nullable PlainProcess process;
    private int pid;

    /// @param nothing a descriptor of `/dev/null`
    /// @param whenClosed removes what was made for this sandbox alone
    RootlessSandbox(Spawner spawner, int nothing, CommandMaker commands, ProcessRecords records, Runnable whenClosed)
            throws LinuxException {
        this.spawner = spawner;
        this.nothing = nothing;
        this.commands = commands;
        this.records = records;
        this.whenClosed = whenClosed;
        this.runtimeApiSocket = NetworkNamespace.listen(0);
        this.runtimeApiAddress = "127.0.0.1:" + NetworkNamespace.port(runtimeApiSocket);
    }

    @Override
    public int runtimeApiSocket() {
        return runtimeApiSocket;
    }

    @Override
    public List<Integer> serviceSockets() {
        return List.of();
    }

    @Override
    public String runtimeApiAddress() {
        return runtimeApiAddress;
    }

    @Override
    public SandboxProcess start(ProcessSpec spec) throws SandboxException {
        if (process != null) {
            if (!process.hasEnded()) {
                throw new SandboxException("a process runs here already");
            }
            process.end();
            records.remove(pid);
        }
        try {
            var output = Descriptors.pipe();
            try {
                return start(spec, output);
            } finally {
                Descriptors.close(output.writing());
            }
        } catch (LinuxException e) {
            throw new SandboxException("a process cannot be started: " + e.getMessage(), e);
        }
    }

    private SandboxProcess start(ProcessSpec spec, Descriptors.Pair output) throws LinuxException, SandboxException {
        var descriptors = Map.of(0, nothing, 1, output.writing(), 2, output.writing(), FRAMED_INSIDE, output.writing());
        try {
            var child = spawn(commands.prepare(spec, descriptors));
            process = new PlainProcess(child, output.reading(), commands::exit);
            peak.watch(child.pid(), commands.generations());
            return process;
        } catch (LinuxException e) {
            return new FailedStart(notStarted(spec, e), output.reading());
        }
    }

    private ChildProcess spawn(CommandMaker.Prepared prepared) throws LinuxException {
        try {
            var child = spawner.spawn(prepared.command());
            pid = child.pid();
            record(pid);
            return child;
        } finally {
            prepared.openUntilStarted().forEach(Descriptors::close);
        }
    }

    private void record(int started) {
        try {
            records.add(started);
        } catch (IOException e) {
            log.log(
                    Level.WARNING,
                    "process {0} would outlive a killed server unseen: {1}",
                    Integer.toString(started),
                    e.getMessage());
        }
    }

    /// As AWS says it.
    private static String notStarted(ProcessSpec spec, LinuxException cause) {
        return "fork/exec %s: %s"
                .formatted(spec.command().getFirst(), cause.text().toLowerCase(Locale.ROOT));
    }

    /// There are no limits and no mounts here.
    @Override
    public void refit(Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts) throws SandboxException {
        throw new SandboxException("this kind of sandbox cannot change while it runs");
    }

    @Override
    public void freeze() {
        // See above.
    }

    @Override
    public void thaw() {
        // See above.
    }

    @Override
    public Bytes peakMemory() {
        return peak.read();
    }

    /// Nothing counts them here.
    @Override
    public long outOfMemoryKills() {
        return 0;
    }

    @Override
    public void close() {
        peak.close();
        if (process != null) {
            process.end();
            records.remove(pid);
        }
        whenClosed.run();
    }
}
