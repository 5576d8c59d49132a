package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.util.List;

/// A program that runs virtual machines, such as QEMU: one process for each of them.
interface MachineMonitor extends AutoCloseable {
    /// For the log and for `hearth doctor`.
    String name();

    /// Has a machine made of its parts. It may run already, or wait for `MachineControl.begin`.
    ///
    /// @return with its streams, before its guest has said anything; the caller's to close
    Microvm launch(MachineSpec spec) throws SandboxException;

    /// How long what its machines do may take.
    GuestPatience patience();

    /// What a monitor takes besides the machine's memory.
    Bytes overhead();

    /// How much longer what a guest does takes than the processor itself would take, about.
    int slowness();

    /// What could not be had and is done without, for the log.
    List<String> shortcomings();

    @Override
    void close();
}
