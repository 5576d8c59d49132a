package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.sandbox.MachineSpec.Disk;
import hearth.worker.sandbox.MachineSpec.Origin;
import java.util.Map;

/// Makes machines that run, and have their network and `/tmp`, but nothing of any function yet.
record MachineConnections(Machines machines, TmpImages tmp, InnerServices services) {
    /// One whose images are put later.
    ///
    /// @throws CopyFailedException if it is a copy, and one that boots may be none the worse
    PreparedMachine make(String name, MachineSize size, Bytes ephemeralStorage) throws SandboxException {
        var file = tmp.copy(ephemeralStorage);
        try {
            return connected(machines.make(name, size), new Disk(file, true));
        } finally {
            Descriptors.close(file);
        }
    }

    /// One that has its images already.
    PreparedMachine boot(SandboxSpec spec, MachineSize size, MachineDisks disks) throws SandboxException {
        var file = tmp.copy(spec.ephemeralStorage());
        try {
            var tmpDisk = new Disk(file, true);
            return connected(machines.boot(spec.name(), size, disks.all(machines.root(), tmpDisk)), tmpDisk);
        } finally {
            Descriptors.close(file);
        }
    }

    private PreparedMachine connected(PreparedMachine machine, Disk tmp) throws SandboxException {
        try {
            machine.machine()
                    .connect(
                            machine.origin() instanceof Origin.Booted ? Map.of() : Map.of(MachineDisks.TMP, tmp),
                            GuestWords.connection(machine.network(), services),
                            machines.monitor().patience().boot());
            return machine;
        } catch (SandboxException e) {
            machine.close();
            throw machines.failed(machine.size(), machine.origin(), e);
        } catch (RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }
}
