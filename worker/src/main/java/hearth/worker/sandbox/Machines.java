package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.sandbox.MachineSnapshots.Start;
import hearth.worker.sandbox.MachineSpec.Disk;
import hearth.worker.sandbox.MachineSpec.Origin;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes machines that have nothing of any function yet: copies of the snapshot of their size, or such as boot.
///
/// @param template the launcher's words for the root of programs
/// @param root the disk that all have
/// @param snapshots null where the monitor makes none
/// @param making those that are not up to anything yet
record Machines(
        MachineMonitor monitor,
        HostShare share,
        PrivateNetworks networks,
        byte[] template,
        Disk root,
        @Nullable MachineSnapshots snapshots,
        MachinesBeingMade making) {
    /// Of the monitor.
    private static final int MONITOR_THREADS = 128;

    /// Whether machines can be made before it is known which disks they get.
    boolean areCopied() {
        return snapshots != null;
    }

    /// Whether it need not boot.
    boolean hasSnapshot(MachineSize size) {
        return snapshots != null && snapshots.has(SnapshotKey.empty(size));
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
    ///
    /// @throws CopyFailedException if it is a copy, and one that boots may be none the worse
    PreparedMachine make(String name, MachineSize size) throws SandboxException {
        var key = SnapshotKey.empty(size);
        return switch (start(key)) {
            case Start.Copy(var snapshot) -> copy(name, key, snapshot);
            case Start.First _ -> first(name, key);
            case Start.Alone _ -> template(name, size);
        };
    }

    /// As `make`, one of which a snapshot can be made.
    PreparedMachine makeForSnapshot(String name, MachineSize size) throws SandboxException {
        var key = SnapshotKey.empty(size);
        return switch (start(key)) {
            case Start.Copy(var snapshot) -> derived(name, size, snapshot);
            case Start.First _ -> first(name, key);
            case Start.Alone _ -> template(name, size);
        };
    }

    /// What a machine is to be made of. Whoever is to make the first tells of it by `snapshot` or `noSnapshot`.
    Start start(SnapshotKey key) throws SandboxException {
        return needed().start(key, monitor.patience().boot());
    }

    private MachineSnapshots needed() throws SandboxException {
        if (snapshots == null) {
            throw new SandboxException("machines of " + monitor.name() + " are not made ahead of their disks");
        }
        return snapshots;
    }

    /// One that stands still.
    ///
    /// @param snapshot closed by this
    PreparedMachine copy(String name, SnapshotKey key, MachineSnapshot snapshot) throws SandboxException {
        try (snapshot) {
            return make(name, key.size(), List.of(root), new Origin.Copied(key, snapshot));
        }
    }

    private PreparedMachine derived(String name, MachineSize size, MachineSnapshot snapshot) throws SandboxException {
        try (snapshot) {
            return make(name, size, List.of(root), new Origin.Derived(snapshot));
        }
    }

    private PreparedMachine template(String name, MachineSize size) throws SandboxException {
        return make(name, size, List.of(root), new Origin.Template(size.memory().count()));
    }

    private PreparedMachine first(String name, SnapshotKey key) throws SandboxException {
        PreparedMachine machine;
        try {
            machine = template(name, key.size());
        } catch (SandboxException | RuntimeException | Error e) {
            noSnapshot(key, e);
            throw e;
        }
        snapshot(machine, key, Optional.empty());
        return machine;
    }

    /// Makes a snapshot of the first. It stands still then.
    ///
    /// @param tmp the disk of its `/tmp`, if it has mounted that
    void snapshot(PreparedMachine machine, SnapshotKey key, Optional<Disk> tmp) throws SandboxException {
        try {
            var snapshot = machine.machine().snapshot(monitor.patience().boot());
            needed().madeNew(key, tmp.isPresent() ? withTmp(snapshot, tmp.get()) : snapshot);
        } catch (IOException | RuntimeException | Error e) {
            // The machine itself may be none the worse.
            noSnapshot(key, e);
        }
    }

    private static MachineSnapshot withTmp(MachineSnapshot snapshot, Disk tmp) throws IOException {
        try {
            return snapshot.withTmp(tmp.file());
        } catch (IOException | RuntimeException | Error e) {
            snapshot.close();
            throw e;
        }
    }

    /// The first came to nothing.
    void noSnapshot(SnapshotKey key, Throwable why) throws SandboxException {
        needed().notMade(key, why);
    }

    /// A machine did not do what it was told.
    ///
    /// @return to be thrown
    SandboxException failed(Origin origin, SandboxException why) {
        if (snapshots == null || !(origin instanceof Origin.Copied(var key, var snapshot)) || making.hasEnded()) {
            return why;
        }
        snapshots.failed(key, snapshot, why);
        return new CopyFailedException(why);
    }

    /// A machine became one of a function.
    void proved(PreparedMachine machine) {
        making.over(machine.cgroup());
        if (snapshots != null && machine.origin() instanceof Origin.Copied(var key, var snapshot)) {
            snapshots.proved(key, snapshot);
        }
    }

    /// Whether nothing is known against what a machine was made of.
    boolean trusts(PreparedMachine machine) {
        return snapshots == null
                || !(machine.origin() instanceof Origin.Copied(var _, var snapshot))
                || snapshots.trusts(snapshot);
    }

    /// Whoever waits for a machine that does not run yet waits no longer, and no more are made.
    void endMaking() {
        making.end();
        if (snapshots != null) {
            snapshots.endWaiting();
        }
    }

    private PreparedMachine make(String name, MachineSize size, List<Disk> disks, Origin origin)
            throws SandboxException {
        var own = networks.take();
        Cgroup cgroup;
        try {
            cgroup = share.cgroups().create(name, ofMonitor(size), size.milliCpus(), MONITOR_THREADS);
        } catch (SandboxException | RuntimeException | Error e) {
            networks.discard(own);
            throw e;
        }
        try {
            making.begin(cgroup);
            var network = MicrovmNetwork.behind(own);
            var spec = new MachineSpec(name, size.memory(), size.processors(), network, cgroup, disks, origin);
            var machine = started(spec);
            return new PreparedMachine(
                    name,
                    size,
                    origin,
                    network,
                    cgroup,
                    machine,
                    Optional.empty(),
                    0,
                    List.of(
                            () -> making.over(cgroup),
                            cgroup::kill,
                            machine::close,
                            cgroup::close,
                            () -> networks.discard(own, cgroup, name)));
        } catch (SandboxException | RuntimeException | Error e) {
            making.over(cgroup);
            cgroup.kill();
            cgroup.close();
            networks.discard(own, cgroup, name);
            throw e;
        }
    }

    private Microvm started(MachineSpec spec) throws SandboxException {
        var machine = monitor.launch(spec);
        try {
            making.requireMore();
            switch (spec.origin()) {
                case Origin.Copied _, Origin.Derived _ -> restore(machine, spec);
                case Origin.Booted _, Origin.Template _ ->
                    machine.boot(template, monitor.patience().boot());
            }
            return machine;
        } catch (SandboxException | RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    private void restore(Microvm machine, MachineSpec spec) throws SandboxException {
        try {
            machine.restore(monitor.patience().start());
        } catch (SandboxException e) {
            throw failed(spec.origin(), e);
        }
    }
}
