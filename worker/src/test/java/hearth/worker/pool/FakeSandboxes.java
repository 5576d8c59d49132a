package hearth.worker.pool;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.sandbox.ProcessSpec;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxKind;
import hearth.worker.sandbox.SandboxProcess;
import hearth.worker.sandbox.SandboxSpec;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Sandboxes that run nothing: their processes are descriptors, and are up at once.
final class FakeSandboxes implements SandboxFactory {
    private final SandboxKind kind;
    private final Bytes peak;
    private final AtomicInteger created = new AtomicInteger();
    private final AtomicInteger frozen = new AtomicInteger();
    private final Set<Fake> open = ConcurrentHashMap.newKeySet();
    private final Set<SandboxProcess> openProcesses = ConcurrentHashMap.newKeySet();
    private final List<List<String>> commands = new CopyOnWriteArrayList<>();
    volatile boolean failing;

    FakeSandboxes(SandboxKind kind, Bytes peak) {
        this.kind = kind;
        this.peak = peak;
    }

    int created() {
        return created.get();
    }

    int frozen() {
        return frozen.get();
    }

    Set<Fake> open() {
        return open;
    }

    /// Those that nobody has closed.
    Set<SandboxProcess> openProcesses() {
        return openProcesses;
    }

    List<List<String>> commands() {
        return commands;
    }

    void endAll() throws LinuxException {
        for (var each : open) {
            Descriptors.write(each.end.writing(), new byte[1], 0, 1);
        }
    }

    @Override
    public SandboxKind kind() {
        return kind;
    }

    @Override
    public Sandbox create(SandboxSpec spec) throws SandboxException {
        created.incrementAndGet();
        try {
            var sandbox = new Fake(Descriptors.pipe(), Descriptors.pipe(), Descriptors.streamSockets());
            open.add(sandbox);
            return sandbox;
        } catch (LinuxException e) {
            throw new SandboxException("no descriptors", e);
        }
    }

    @Override
    public void close() {}

    final class Fake implements Sandbox {
        private final Descriptors.Pair end;
        private final Descriptors.Pair api;
        private final Descriptors.Pair channel;

        Fake(Descriptors.Pair end, Descriptors.Pair api, Descriptors.Pair channel) {
            this.end = end;
            this.api = api;
            this.channel = channel;
        }

        @Override
        public int runtimeApiSocket() {
            return api.reading();
        }

        @Override
        public List<Integer> serviceSockets() {
            return List.of();
        }

        @Override
        public String runtimeApiAddress() {
            return "127.0.0.1:9001";
        }

        @Override
        public SandboxProcess start(ProcessSpec spec) throws SandboxException {
            if (failing) {
                Descriptors.close(channel.reading());
                throw new SandboxException("as told");
            }
            commands.add(spec.command());
            try {
                Descriptors.write(channel.writing(), new byte[] {'+'}, 0, 1);
            } catch (LinuxException e) {
                throw new SandboxException("the channel", e);
            }
            var process = new FakeProcess(end.reading(), channel.reading());
            openProcesses.add(process);
            return process;
        }

        @Override
        public void refit(Bytes memory, int milliCpus, List<SandboxSpec.Mount> mounts) {}

        @Override
        public void freeze() {
            frozen.incrementAndGet();
        }

        @Override
        public void thaw() {}

        @Override
        public Bytes peakMemory() {
            return peak;
        }

        @Override
        public long outOfMemoryKills() {
            return 0;
        }

        @Override
        public void close() {
            if (open.remove(this)) {
                Descriptors.close(end.reading());
                Descriptors.close(end.writing());
                Descriptors.close(api.writing());
                Descriptors.close(channel.writing());
            }
        }
    }

    private final class FakeProcess implements SandboxProcess {
        private final int end;
        private final int channel;

        FakeProcess(int end, int channel) {
            this.end = end;
            this.channel = channel;
        }

        @Override
        public int pidfd() {
            return end;
        }

        @Override
        public int output() {
            return end;
        }

        @Override
        public OptionalInt takeChannel() {
            return OptionalInt.of(channel);
        }

        @Override
        public Exit exit() {
            return new Exit.Status(0);
        }

        @Override
        public void kill() {}

        @Override
        public void close() {
            openProcesses.remove(this);
        }
    }
}
