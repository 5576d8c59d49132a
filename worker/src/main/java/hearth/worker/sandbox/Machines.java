package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.sandbox.MachineSnapshots.Start;
import hearth.worker.sandbox.MachineSpec.Disk;
import hearth.worker.sandbox.MachineSpec.Origin;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes machines that have nothing of any function yet: copies of the snapshot of their size, or such as boot.
///
/// @param template the launcher's words for the root of programs
/// @param root the disk that all have
/// @param snapshots null where the monitor makes none
record Machines(
        MachineMonitor monitor,
        HostShare share,
        PrivateNetworks networks,
        byte[] template,
        Disk root,
        @Nullable MachineSnapshots snapshots) {
    /// Of the monitor.
    private static final int MONITOR_THREADS = 128;

    /// Whether machines can be made before it is known which disks they get.
    boolean areCopied() {
        return snapshots != null;
    }

    /// Whether it need not boot.
    boolean hasSnapshot(MachineSize size) {
        return snapshots != null && snapshots.has(size);
    }

    /// What a monitor may take in all.
    Bytes ofMonitor(MachineSize size) {
        return new Bytes(size.memory().count() + monitor.overhead().count());
    }

    /// One that boots with all of its disks.
    PreparedMachine boot(String name, MachineSize size, List<Disk> disks) throws SandboxException {
        return make(name, size, disks, new Origin.Booted());
    }

    /// One that has its root, and empty disks.
    PreparedMachine make(String name, MachineSize size) throws SandboxException {
        if (snapshots == null) {
            throw new SandboxException("machines of " + monitor.name() + " are not made ahead of their disks");
        }
        return switch (snapshots.start(size, monitor.patience().boot())) {
            case Start.Copy(var snapshot) -> copy(snapshots, name, size, snapshot);
            case Start.First _ -> first(snapshots, name, size);
            case Start.Alone _ -> template(name, size);
        };
    }

    private PreparedMachine copy(MachineSnapshots snapshots, String name, MachineSize size, MachineSnapshot snapshot)
            throws SandboxException {
        try (snapshot) {
            return make(name, size, List.of(root), new Origin.Copied(snapshot));
        } catch (SandboxException e) {
            snapshots.useless(size, e);
        }
        return template(name, size);
    }

    private PreparedMachine template(String name, MachineSize size) throws SandboxException {
        return make(name, size, List.of(root), new Origin.Template(size.memory().count()));
    }

    private PreparedMachine first(MachineSnapshots snapshots, String name, MachineSize size) throws SandboxException {
        PreparedMachine machine;
        try {
            machine = template(name, size);
        } catch (SandboxException | RuntimeException | Error e) {
            snapshots.notMade(size, e);
            throw e;
        }
        try {
            var snapshot = machine.machine().snapshot(monitor.patience().boot());
            snapshots.madeNew(size, snapshot);
        } catch (IOException | RuntimeException | Error e) {
            // The machine itself may be none the worse.
            snapshots.notMade(size, e);
        }
        return machine;
    }

    /// A machine that was made of its size's snapshot did not do what it was told.
    void distrust(PreparedMachine machine, Throwable why) {
        if (snapshots != null && machine.origin() instanceof Origin.Copied) {
            snapshots.useless(machine.size(), why);
        }
    }

    private PreparedMachine make(String name, MachineSize size, List<Disk> disks, Origin origin)
            throws SandboxException {
        var own = networks.take();
        try {
            var cgroup = share.cgroups().create(name, ofMonitor(size), size.milliCpus(), MONITOR_THREADS);
            try {
                var network = MicrovmNetwork.behind(own);
                var spec = new MachineSpec(name, size.memory(), size.processors(), network, cgroup, disks, origin);
                var machine = started(spec);
                return new PreparedMachine(
                        name, size, origin, network, cgroup, machine, () -> close(machine, cgroup, own));
            } catch (SandboxException | RuntimeException | Error e) {
                cgroup.kill();
                cgroup.close();
                throw e;
            }
        } catch (SandboxException | RuntimeException | Error e) {
            networks.discard(own);
            throw e;
        }
    }

    private Microvm started(MachineSpec spec) throws SandboxException {
        var machine = monitor.launch(spec);
        try {
            if (spec.origin() instanceof Origin.Copied) {
                machine.restore(monitor.patience().start());
            } else {
                machine.boot(template, monitor.patience().boot());
            }
            return machine;
        } catch (SandboxException | RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    private void close(Microvm machine, Cgroup cgroup, PrivateNetwork own) {
        cgroup.kill();
        machine.close();
        cgroup.close();
        networks.discard(own);
    }
}
