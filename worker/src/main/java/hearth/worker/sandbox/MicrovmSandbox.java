package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A sandbox that is a virtual machine. The machine is up before the first start, and serves all of them; its
/// monitor is in a sandbox of namespaces and cgroups itself, by which it is limited, frozen and killed.
///
/// Not safe to use from several threads; `GuardedSandbox` sees to that.
final class MicrovmSandbox implements Sandbox {
    private static final Logger log = System.getLogger(MicrovmSandbox.class.getName());

    private final MicrovmSandboxFactory factory;
    private final SandboxSpec spec;
    private final PrivateNetwork own;
    private final Cgroup cgroup;
    private final FreezeSwitch freezing;
    private final Microvm machine;
    private final List<GuestWords.GuestMount> mounts;

    private final PreparedMachine prepared;
    private boolean begun;
    private boolean fitted;
    private @Nullable GuestProcess process;

    /// @param prepared that is configured, or has a program that waits; the sandbox's from now on
    /// @param mounts where its images appear to programs
    MicrovmSandbox(
            MicrovmSandboxFactory factory,
            SandboxSpec spec,
            PreparedMachine prepared,
            List<GuestWords.GuestMount> mounts) {
        this.factory = factory;
        this.spec = spec;
        this.own = prepared.network().own();
        this.cgroup = prepared.cgroup();
        this.freezing = new FreezeSwitch(cgroup);
        this.machine = prepared.machine();
        this.mounts = List.copyOf(mounts);
        this.prepared = prepared;
        this.process = prepared.program().orElse(null);
        this.begun = process != null;
        this.fitted = process == null;
        if (process != null) {
            process.killBy(this::kill);
        }
    }

    @Override
    public int runtimeApiSocket() {
        return own.sockets().getFirst();
    }

    @Override
    public List<Integer> serviceSockets() {
        return own.sockets().subList(1, own.sockets().size());
    }

    /// Pid 1 of the machine listens there and passes on to the socket.
    @Override
    public String runtimeApiAddress() {
        return "127.0.0.1:" + NamespaceSandbox.RUNTIME_API_PORT;
    }

    @Override
    public boolean isUsable() {
        return !machine.isEnding();
    }

    @Override
    public SandboxProcess start(ProcessSpec processSpec) throws SandboxException {
        if (process != null && !process.hasEnded()) {
            throw new SandboxException(spec.name() + " runs a process already");
        }
        freezing.hold();
        var program = machine.program(this::kill);
        try {
            var said = machine.start(
                    program,
                    GuestWords.program(processSpec, mounts, !begun),
                    factory.patience().start());
            if (!said.startsWith("P ")) {
                throw new SandboxException("launcher: " + said.substring(Math.min(2, said.length())));
            }
            begun = true;
            process = program;
            return program;
        } catch (SandboxException | RuntimeException | Error e) {
            program.close();
            throw e;
        } finally {
            freezing.release();
        }
    }

    /// By the guest, so that the machine and its `/tmp` stay; a guest that does not obey is killed itself.
    private void kill() {
        freezing.thaw();
        var killed = process;
        factory.killing(machine, () -> killed == null || killed.hasEnded());
    }

    /// Once, and only where a program was up before its function was known.
    @Override
    public void refit(Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts) throws SandboxException {
        if (fitted) {
            throw new SandboxException("a microVM has its limits and its disks from its start");
        }
        factory.refit(prepared, memory, milliCpus, mounts);
        fitted = true;
    }

    @Override
    public void freeze() {
        freezing.freeze();
    }

    @Override
    public void thaw() {
        freezing.thaw();
    }

    /// As the kernel inside counts it for the program and all that belongs to it.
    @Override
    public Bytes peakMemory() {
        return machine.latestMemory().peak();
    }

    @Override
    public long outOfMemoryKills() {
        try {
            return machine.latestMemory().kills() + cgroup.outOfMemoryKills();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        step(() -> factory.isMade(prepared));
        step(cgroup::kill);
        step(machine::close);
        step(cgroup::close);
        factory.dispose(own, cgroup, spec.name());
    }

    private void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            log.log(Level.WARNING, "closing " + spec.name(), e);
        }
    }
}
