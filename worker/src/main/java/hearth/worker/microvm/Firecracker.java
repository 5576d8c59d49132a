package hearth.worker.microvm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The Firecracker of this host, and the jailer that confines it.
///
/// @param program the file itself, of which each machine's jail gets a copy
/// @param version of both, such as `1.13.1`
public record Firecracker(Path program, Path jailer, String version) {
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/local/bin"), Path.of("/usr/bin"), Path.of("/usr/local/sbin"), Path.of("/usr/sbin"));

    private static final Pattern VERSION = Pattern.compile("v?((\\d{1,4})\\.(\\d{1,4})\\.\\d{1,4}\\S*)");
    private static final int PATIENCE_SECONDS = 10;

    /// The first version that tells a kernel of its devices by ACPI: Debian's takes no other word for it.
    private static final int LEAST_MINOR = 8;

    /// @throws IOException if it is not there, or of no use, in words for users
    public static Firecracker find(MicrovmConfig config) throws IOException {
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw new IOException("machines of Firecracker are supported on x86-64 alone, and this host is "
                    + System.getProperty("os.arch"));
        }
        var program = located(config.firecracker(), "firecracker", "--firecracker");
        var jailer = located(config.jailer(), "jailer", "--jailer");
        if (!program.getFileName().toString().contains("firecracker")) {
            throw new IOException("its jailer takes no program whose name has no \"firecracker\" in it: " + program);
        }
        var version = version(program);
        var ofJailer = version(jailer);
        if (!version.equals(ofJailer)) {
            throw new IOException("Firecracker is of version %s and its jailer of %s; they belong together"
                    .formatted(version, ofJailer));
        }
        return new Firecracker(program, jailer, version);
    }

    private static Path located(Optional<Path> said, String name, String option) throws IOException {
        var found = said.isPresent()
                ? said.filter(Files::isExecutable)
                : PLACES.stream()
                        .map(place -> place.resolve(name))
                        .filter(Files::isExecutable)
                        .findFirst();
        var path = found.orElseThrow(() -> new IOException(said.map(where -> "there is no program at " + where)
                        .orElse("there is no program " + name + " in "
                                + String.join(
                                        ", ",
                                        PLACES.stream().map(Path::toString).toList()))
                + "; " + option + " says where it is"));
        return path.toRealPath();
    }

    private static String version(Path program) throws IOException {
        var process = new ProcessBuilder(program.toString(), "--version")
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("%s --version does not end".formatted(program));
            }
            var said = new String(process.getInputStream().readNBytes(1 << 12), StandardCharsets.UTF_8);
            var version = VERSION.matcher(said);
            if (process.exitValue() != 0 || !version.find()) {
                throw new IOException("%s does not tell its version: %s"
                        .formatted(program, said.lines().findFirst().orElse("")));
            }
            var major = Integer.parseInt(version.group(2));
            if (major < 1 || (major == 1 && Integer.parseInt(version.group(3)) < LEAST_MINOR)) {
                throw new IOException("%s is of version %s; 1.%d is the first that boots Debian's kernel"
                        .formatted(program, version.group(1), LEAST_MINOR));
            }
            return version.group(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while %s told its version".formatted(program), e);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Whether this process can use KVM. Unlike QEMU's, Firecracker's user gets a device of its own in its jail.
    ///
    /// @throws IOException if not, in words for users
    public static void requireKvm() throws IOException {
        try (var kvm = FileChannel.open(Qemu.KVM, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            kvm.isOpen();
        } catch (IOException e) {
            throw new IOException("%s cannot be used: %s".formatted(Qemu.KVM, e), e);
        }
    }
}
