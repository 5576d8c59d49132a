package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.microvm.GuestKernel;
import hearth.worker.microvm.GuestStreams;
import hearth.worker.microvm.Initramfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/// A program that runs virtual machines, such as QEMU: one process for each of them.
interface MachineMonitor extends AutoCloseable {
    /// Finds a monitor on this host, and gets it ready.
    interface Making {
        /// @throws IOException if there is none that can be used, in words for users
        MachineMonitor make(Parts parts) throws IOException, SandboxException;
    }

    /// What monitors are made with. It stays the caller's.
    ///
    /// @param initUid the user of the launcher's init
    record Parts(SandboxConfig config, Launcher launcher, GuestKernel kernel, int initUid) {
        /// Writes the first root of machines.
        ///
        /// @return a file that everybody may read
        Path initramfs(GuestStreams streams) throws IOException {
            var init = config.launcher().resolveSibling("microvm-init");
            if (!Files.isReadable(init)) {
                throw new IOException("there is no pid 1 of microVMs at " + init);
            }
            var file = Files.createDirectories(config.directory()).resolve("initramfs.cpio");
            try (var out = Files.newOutputStream(file)) {
                Initramfs.write(out, init, config.launcher(), kernel.modules(streams));
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            return file;
        }
    }

    /// For the log and for `hearth doctor`.
    String name();

    /// Has a machine made of its parts. It may run already, or wait for `MachineControl.begin`.
    ///
    /// @return with its streams, before its guest has said anything; the caller's to close
    Microvm launch(MachineSpec spec) throws SandboxException;

    /// What snapshots of its machines are of, besides the machines' own size and disks: a text that is another as
    /// soon as one of today cannot be taken up. Empty where this monitor makes none.
    default Optional<String> snapshotsAreOf() throws IOException {
        return Optional.empty();
    }

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
