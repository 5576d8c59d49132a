package hearth.worker;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentId;
import hearth.worker.sandbox.ProcessSpec;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxKind;
import hearth.worker.sandbox.SandboxProcess;
import hearth.worker.sandbox.SandboxSpec;
import hearth.worker.sandbox.WaitingProgram;
import hearth.worker.sandbox.WaitingSandbox;
import hearth.worker.sandbox.WhenNoneWaits;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// Real sandboxes, whose freezing and thawing is written down, and whose methods throw when a test arms them.
final class RecordedSandboxes implements SandboxFactory {
    /// What each is said to take besides its function's memory.
    static final Bytes OVERHEAD = Bytes.mebibytes(3);

    private final SandboxFactory real;
    private final Faults faults;
    private final Map<String, List<String>> calls = new ConcurrentHashMap<>();
    private final List<String> created = new CopyOnWriteArrayList<>();
    private final Map<String, SandboxProcess> processes = new ConcurrentHashMap<>();

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean holding;

    RecordedSandboxes(SandboxFactory real, Faults faults) {
        this.real = real;
        this.faults = faults;
    }

    List<String> calls(EnvironmentId environment) {
        return calls.getOrDefault(environment.value(), List.of());
    }

    @Override
    public SandboxKind kind() {
        return real.kind();
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws SandboxException {
        var own = calls.computeIfAbsent(spec.name(), _ -> new CopyOnWriteArrayList<>());
        created.add(spec.name());
        if (holding) {
            throw heldUntilTheEnd();
        }
        faults.at("create");
        return new Recorded(real.create(spec), faults, own, process -> processes.put(spec.name(), process));
    }

    @Override
    public Optional<WaitingSandbox> takeWaiting(SandboxSpec spec, WaitingProgram program, WhenNoneWaits otherwise)
            throws SandboxException {
        return real.takeWaiting(spec, program, otherwise);
    }

    @Override
    public int waiting(SandboxSpec spec, WaitingProgram program) {
        return real.waiting(spec, program);
    }

    @Override
    public int waiting() {
        return real.waiting();
    }

    /// All that are made from now on take until the server ends, and come to nothing then.
    void hold() {
        holding = true;
    }

    private SandboxException heldUntilTheEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new SandboxException("the server ends");
    }

    @Override
    public void endMaking() {
        ended.countDown();
        real.endMaking();
    }

    @Override
    public Bytes overhead(Bytes memory) {
        return OVERHEAD;
    }

    /// The names of all that were made, in order.
    List<String> created() {
        return List.copyOf(created);
    }

    /// What runs, or ran last, in the sandbox of this name.
    SandboxProcess process(String sandbox) {
        return Objects.requireNonNull(processes.get(sandbox), sandbox);
    }

    @Override
    public void close() {
        real.close();
    }

    private record Recorded(Sandbox real, Faults faults, List<String> calls, Consumer<SandboxProcess> started)
            implements Sandbox {
        @Override
        public int runtimeApiSocket() {
            faults.at("runtimeApiSocket");
            return real.runtimeApiSocket();
        }

        @Override
        public List<Integer> serviceSockets() {
            faults.at("serviceSockets");
            return real.serviceSockets();
        }

        @Override
        public String runtimeApiAddress() {
            faults.at("runtimeApiAddress");
            return real.runtimeApiAddress();
        }

        @Override
        public SandboxProcess start(ProcessSpec spec) throws SandboxException {
            faults.at("start");
            var process = real.start(spec);
            started.accept(process);
            return new FaultyProcess(process, faults);
        }

        @Override
        public void refit(Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts) throws SandboxException {
            faults.at("refit");
            real.refit(memory, milliCpus, mounts);
        }

        @Override
        public void freeze() {
            faults.at("freeze");
            real.freeze();
            calls.add("freeze");
        }

        @Override
        public void thaw() {
            faults.at("thaw");
            real.thaw();
            calls.add("thaw");
        }

        @Override
        public Bytes peakMemory() {
            faults.at("peakMemory");
            return real.peakMemory();
        }

        @Override
        public long outOfMemoryKills() {
            faults.at("outOfMemoryKills");
            return real.outOfMemoryKills();
        }

        @Override
        public void close() {
            real.close();
            faults.at("close");
        }
    }

    private record FaultyProcess(SandboxProcess real, Faults faults) implements SandboxProcess {
        @Override
        public int pidfd() {
            faults.at("process.pidfd");
            return real.pidfd();
        }

        @Override
        public int output() {
            faults.at("process.output");
            return real.output();
        }

        @Override
        public OptionalInt takeChannel() {
            faults.at("process.takeChannel");
            return real.takeChannel();
        }

        @Override
        public Exit exit() {
            faults.at("process.exit");
            return real.exit();
        }

        @Override
        public void kill() {
            faults.at("process.kill");
            real.kill();
        }

        @Override
        public void close() {
            real.close();
            faults.at("process.close");
        }
    }
}
