package hearth.worker.microvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The QEMU of this host, and what makes its machines run.
///
/// @param clockKilohertz of the processor's time-stamp counter, which a machine without KVM has to be told
public record Qemu(Path program, Accelerator accelerator, long clockKilohertz) {
    public static final Path KVM = Path.of("/dev/kvm");

    private static final List<Path> PLACES =
            List.of(Path.of("/usr/bin/qemu-system-x86_64"), Path.of("/usr/local/bin/qemu-system-x86_64"));

    /// What executes the guest's instructions.
    public enum Accelerator {
        /// The processor itself.
        KVM("KVM", 1),
        /// QEMU, which translates them. About ten times slower, and so machines get ten times the share of the
        /// processor that they would have had: else an initialisation would take longer than functions have for
        /// it.
        TCG("TCG", 10);

        private final String label;
        private final int slowness;

        Accelerator(String label, int slowness) {
            this.label = label;
            this.slowness = slowness;
        }

        public String label() {
            return label;
        }

        /// How much longer what a guest does takes, about.
        public int slowness() {
            return slowness;
        }
    }

    /// @param launcher measures the processor's clock
    /// @throws IOException if there is none that can be used, in words for users
    public static Qemu find(Path launcher) throws IOException {
        var program = installed();
        if (isKvmUsable()) {
            return new Qemu(program, Accelerator.KVM, 0);
        }
        return new Qemu(program, Accelerator.TCG, clock(launcher));
    }

    /// @throws IOException if there is none, in words for users
    public static Path installed() throws IOException {
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw new IOException(
                    "QEMU's microvm machines are of x86-64 alone, and this host is " + System.getProperty("os.arch"));
        }
        return PLACES.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("there is no qemu-system-x86_64; install qemu-system-x86"));
    }

    /// Whether any user may use it: a machine's user has no other rights.
    public static boolean isKvmUsable() {
        try {
            return Files.getPosixFilePermissions(KVM)
                    .containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE));
        } catch (IOException absent) {
            return false;
        }
    }

    private static long clock(Path launcher) throws IOException {
        var process = new ProcessBuilder(launcher.toString(), "--print-processor-clock").start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the processor's clock cannot be measured");
            }
            return Long.parseLong(output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the processor's clock was measured", e);
        } catch (NumberFormatException e) {
            throw new IOException("the processor's clock cannot be measured: " + output, e);
        }
    }
}
