package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MemoryFile;
import hearth.worker.sandbox.MachineSpec.Disk;
import java.util.Map;

/// Makes machines that run, and have their network and `/tmp`, but nothing of any function yet.
record MachineConnections(Machines machines, TmpImages tmp, InnerServices services) {
    /// One whose images are put later.
    ///
    /// @throws CopyFailedException if it is a copy, and one that boots may be none the worse
    PreparedMachine make(String name, MachineSize size, Bytes ephemeralStorage) throws SandboxException {
        try (var parts = new HeldParts()) {
            var disk = tmpDisk(ephemeralStorage, parts);
            return connect(machines.make(name, size), Map.of(MachineDisks.TMP, disk), true);
        }
    }

    /// One that has its images already.
    PreparedMachine boot(SandboxSpec spec, MachineSize size, MachineDisks disks) throws SandboxException {
        try (var parts = new HeldParts()) {
            var all = disks.all(machines.root(), tmpDisk(spec.ephemeralStorage(), parts));
            return connect(machines.boot(spec.name(), size, all), Map.of(), true);
        }
    }

    /// A disk for a `/tmp`.
    Disk tmpDisk(Bytes size, HeldParts parts) throws SandboxException {
        return held(tmp.copy(size), parts);
    }

    /// One that holds what another did.
    Disk tmpDisk(MemoryFile original, HeldParts parts) throws SandboxException {
        return held(tmp.copyOf(original.fd()), parts);
    }

    private static Disk held(int file, HeldParts parts) throws SandboxException {
        parts.hold(file);
        try {
            return Disk.own(file);
        } catch (LinuxException e) {
            throw new SandboxException("the disk for /tmp: " + e.getMessage(), e);
        }
    }

    /// Gives a machine what is its own, and has it run.
    ///
    /// @param machine closed if this fails
    /// @param disks that it gets now
    /// @param mountsTmp whether it has not mounted its `/tmp` yet
    PreparedMachine connect(PreparedMachine machine, Map<Integer, Disk> disks, boolean mountsTmp)
            throws SandboxException {
        try {
            machine.machine()
                    .connect(
                            disks,
                            GuestWords.connection(machine.network(), services, mountsTmp),
                            machines.monitor().patience().boot());
            return machine;
        } catch (SandboxException e) {
            machine.close();
            throw machines.failed(machine.origin(), e);
        } catch (RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }
}
