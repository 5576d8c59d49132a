package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.microvm.GuestImages;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.sandbox.MachineSnapshots.Start;
import hearth.worker.sandbox.MachineSpec.Disk;
import hearth.worker.sandbox.SnapshotKey.OwnedProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Makes machines in which a program is up that waits for its function.
record MachinePrograms(Machines machines, MachineConnections connections, FunctionImages images) {
    /// Starts a program in a machine, and waits until it is up.
    ///
    /// @param machine that is connected, and has no program; closed if this fails
    /// @return the same with its program
    PreparedMachine start(PreparedMachine machine, WaitingProgram program) throws SandboxException {
        try (var parts = new HeldParts()) {
            return started(machine, program, opened(program, parts), Optional.empty());
        } catch (IOException | UncheckedIOException e) {
            machine.close();
            throw failed(e);
        } catch (SandboxException | RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    /// One for functions of this account alone: a copy of the snapshot of such a machine, or the first, of
    /// which that is made.
    PreparedMachine make(String name, MachineSize size, Bytes ephemeralStorage, WaitingProgram program, String account)
            throws SandboxException {
        try (var parts = new HeldParts()) {
            var disks = opened(program, parts);
            var owned = new OwnedProgram(program, account, identities(disks));
            var key = new SnapshotKey(size, Optional.of(owned));
            return switch (machines.start(key)) {
                case Start.Copy(var snapshot) -> copy(name, key, snapshot, disks, parts);
                case Start.First _ -> first(name, key, disks, ephemeralStorage, parts);
                case Start.Alone _ -> start(connections.make(name, size, ephemeralStorage), program);
            };
        } catch (IOException | UncheckedIOException e) {
            throw failed(e);
        }
    }

    private static SandboxException failed(Exception e) {
        return new SandboxException("a microVM's images: " + e.getMessage(), e);
    }

    private static List<String> identities(MachineDisks disks) throws IOException {
        var identities = new ArrayList<String>();
        for (var disk : disks.images().values()) {
            identities.add(GuestImages.identity(disk.file()));
        }
        return identities;
    }

    private MachineDisks opened(WaitingProgram program, HeldParts parts) throws IOException, SandboxException {
        var disks = images.open(program.mounts(), parts);
        if (disks.images().size() + 1 > MachineDisks.MOST_IMAGES) {
            throw new SandboxException("a program that waits has too many mounts");
        }
        return disks;
    }

    /// It has mounted its `/tmp` already, and finds there what the first had.
    private PreparedMachine copy(
            String name, SnapshotKey key, MachineSnapshot snapshot, MachineDisks disks, HeldParts parts)
            throws SandboxException {
        try (snapshot) {
            var all = new TreeMap<>(disks.images());
            all.put(MachineDisks.TMP, connections.tmpDisk(snapshot.tmp().orElseThrow(), parts));
            var machine = goingOn(machines.copy(name, key, snapshot), disks);
            return connections.connect(machine, all, false);
        }
    }

    private static PreparedMachine goingOn(PreparedMachine machine, MachineDisks disks) throws SandboxException {
        try {
            var process = machine.machine().running(machine.machine()::kill);
            return machine.with(process, disks.images().size());
        } catch (SandboxException | RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    private PreparedMachine first(
            String name, SnapshotKey key, MachineDisks disks, Bytes ephemeralStorage, HeldParts parts)
            throws SandboxException {
        PreparedMachine machine;
        Disk tmp;
        try {
            tmp = connections.tmpDisk(ephemeralStorage, parts);
            var program = key.program().orElseThrow().program();
            machine = firstStarted(machines.makeForSnapshot(name, key.size()), program, disks, tmp);
        } catch (SandboxException | RuntimeException | Error e) {
            machines.noSnapshot(key, e);
            throw e;
        }
        machines.snapshot(machine, key, Optional.of(tmp));
        return connections.connect(machine, Map.of(), false);
    }

    private PreparedMachine firstStarted(PreparedMachine machine, WaitingProgram program, MachineDisks disks, Disk tmp)
            throws SandboxException {
        try {
            return started(machine, program, disks, Optional.of(tmp));
        } catch (SandboxException | RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    /// @param tmp that it is to mount first, if it has not mounted one
    private PreparedMachine started(
            PreparedMachine machine, WaitingProgram program, MachineDisks disks, Optional<Disk> tmp)
            throws SandboxException {
        var patience = machines.monitor().patience();
        var all = new TreeMap<>(disks.images());
        tmp.ifPresent(disk -> all.put(MachineDisks.TMP, disk));
        machine.machine().prepare(all, GuestWords.more(disks, tmp.isPresent()), patience.boot());
        var process = machine.machine().program(machine.machine()::kill);
        try {
            var words = GuestWords.waitingProgram(program.process(), disks.mounts());
            machine.machine().startWaiting(process, words, patience);
            return machine.with(process, disks.images().size());
        } catch (SandboxException | RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }
}
