package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MountNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A sandbox of namespaces and cgroups. Its mount namespace is made by the first start and kept for the next, and
/// `/tmp` with it.
///
/// Not safe to use from several threads; `GuardedSandbox` sees to that.
final class NamespaceSandbox implements Sandbox {
    private static final Logger log = System.getLogger(NamespaceSandbox.class.getName());
    static final int RUNTIME_API_PORT = 9001;

    private static final int OUTPUT = 5;
    private static final int FRAMED = 6;
    private static final int NETWORK = 7;
    private static final int MOUNTS = 8;
    private static final int CHANNEL = 9;
    private static final int NONE = -1;

    private final NamespaceSandboxFactory factory;
    private final SandboxSpec spec;
    private final PrivateNetwork own;
    private final Cgroup cgroup;
    private final FreezeSwitch freezing;
    private final ResidentPeak residentPeak = new ResidentPeak();
    private final BusiestThread busiest;

    private int mounts = NONE;
    private int milliCpus;
    private @Nullable LaunchedProcess process;

    /// @param own given back when this closes, as is its slot
    NamespaceSandbox(NamespaceSandboxFactory factory, SandboxSpec spec, PrivateNetwork own, Cgroup cgroup) {
        this.factory = factory;
        this.spec = spec;
        this.own = own;
        this.cgroup = cgroup;
        this.freezing = new FreezeSwitch(cgroup);
        this.busiest = new BusiestThread(cgroup.threads());
        this.milliCpus = spec.milliCpus();
    }

    @Override
    public int runtimeApiSocket() {
        return own.sockets().getFirst();
    }

    @Override
    public List<Integer> serviceSockets() {
        return own.sockets().subList(1, own.sockets().size());
    }

    @Override
    public String runtimeApiAddress() {
        return "127.0.0.1:" + RUNTIME_API_PORT;
    }

    @Override
    public SandboxProcess start(ProcessSpec processSpec) throws SandboxException {
        if (process != null) {
            if (!process.hasEnded()) {
                throw new SandboxException(spec.name() + " runs a process already");
            }
            process.end();
            limitCpuAgain();
        }
        freezing.hold();
        try {
            process = launch(processSpec);
            return process;
        } catch (LinuxException e) {
            throw new SandboxException(spec.name() + ": " + e.getMessage(), e);
        } finally {
            freezing.release();
        }
    }

    /// The end of the last process lifted the limit.
    private void limitCpuAgain() throws SandboxException {
        try {
            factory.cgroups().limitCpu(spec.name(), milliCpus);
        } catch (IOException e) {
            throw new SandboxException(spec.name() + ": " + e.getMessage(), e);
        }
    }

    private LaunchedProcess launch(ProcessSpec processSpec) throws LinuxException, SandboxException {
        try (var pipes = ProcessPipes.open(processSpec.channel());
                var tmp = mounts == NONE ? factory.tmp().take(spec.ephemeralStorage()) : null) {
            var words = words(processSpec);
            var descriptors = descriptors(pipes);
            if (tmp == null) {
                words.add("reuse");
            } else {
                tmp.addTo(words, descriptors);
            }
            var launched = factory.launcher().launch(words, descriptors);
            keep(launched.mounts());
            residentPeak.watch(launched.init(), 1);
            return new LaunchedProcess(launched.child(), launched.status(), pipes.takeOurs(), cgroup::liftCpuLimit);
        }
    }

    private LaunchWords words(ProcessSpec processSpec) throws SandboxException {
        var words = new LaunchWords()
                .add("hostname", TemplateRoot.HOST_NAME)
                .add("network")
                .add("uid", own.uid())
                .add("init-uid", factory.initUid())
                .addList(
                        "cgroups",
                        cgroup.entrances().stream().map(Path::toString).toList())
                .add("cpu-limit", cgroup.cpuLimit(), cgroup.noCpuLimit());
        if (mounts == NONE) {
            for (var mount : spec.mounts()) {
                words.add("mount", mount.host().toAbsolutePath(), mount.inside());
            }
        }
        var environment = new HashMap<>(processSpec.environment());
        if (processSpec.channel()) {
            words.add("channel");
            environment.put(ProcessSpec.CHANNEL_VARIABLE, ProcessSpec.CHANNEL_INSIDE);
        }
        return words.add("cwd", processSpec.workingDirectory())
                .addList("argv", processSpec.command())
                .addEnvironment(environment);
    }

    private Map<Integer, Integer> descriptors(ProcessPipes pipes) {
        var descriptors = new HashMap<Integer, Integer>();
        for (var standard = 0; standard <= 2; standard++) {
            descriptors.put(standard, factory.nothing());
        }
        descriptors.put(OUTPUT, pipes.output().writing());
        descriptors.put(FRAMED, pipes.output().writing());
        pipes.channel().ifPresent(channel -> descriptors.put(CHANNEL, channel.writing()));
        descriptors.put(NETWORK, own.namespace().fd());
        descriptors.put(MOUNTS, mounts == NONE ? factory.template() : mounts);
        return descriptors;
    }

    private void keep(int launchedMounts) {
        if (mounts == NONE) {
            mounts = launchedMounts;
        } else {
            Descriptors.close(launchedMounts);
        }
    }

    @Override
    public void refit(Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts) throws SandboxException {
        try {
            factory.cgroups().limit(spec.name(), memory, milliCpus);
            this.milliCpus = milliCpus;
            new MountNamespace(this.mounts)
                    .attach(mounts.stream()
                            .map(mount ->
                                    new MountNamespace.Attachment(mount.host().toAbsolutePath(), mount.inside()))
                            .toList());
        } catch (IOException e) {
            throw new SandboxException(spec.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void freeze() {
        freezing.freeze();
    }

    @Override
    public void thaw() {
        freezing.thaw();
    }

    /// What the cgroup was charged with, or what the runtime saw of itself if that is more: pages of its interpreter
    /// are charged to whichever sandbox of the host was the first to read them.
    @Override
    public Bytes peakMemory() {
        try {
            var charged = cgroup.peakMemory();
            var seen = residentPeak.read();
            return charged.compareTo(seen) > 0 ? charged : seen;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable ProcessorTimes processorTimes() {
        return busiest.look();
    }

    @Override
    public long outOfMemoryKills() {
        try {
            return cgroup.outOfMemoryKills();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What no process needs is removed soon after. A step that fails keeps no other from being taken.
    @Override
    public void close() {
        step(residentPeak::close);
        step(busiest::close);
        step(cgroup::kill);
        if (process != null) {
            step(process::end);
        }
        step(cgroup::close);
        factory.disposal().accept(new Leavings());
    }

    /// What is left when no process lives. The uid goes back last.
    private final class Leavings implements Disposal.Leavings {
        @Override
        public void letGo() {
            try {
                if (mounts != NONE) {
                    Descriptors.close(mounts);
                }
            } finally {
                own.letGo();
            }
        }

        @Override
        public void remove() {
            // What throws here keeps the user id taken: the next who had it would find the link in its way.
            own.disconnect();
            if (cgroup.isGone()) {
                factory.giveBack(own.uid());
            } else {
                log.log(Level.WARNING, "{0} may still live; its user id is not used again", spec.name());
            }
        }
    }

    private void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            log.log(Level.WARNING, "closing " + spec.name(), e);
        }
    }
}
