package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.NetworkNamespace;
import hearth.worker.linux.TapDevice;
import hearth.worker.microvm.FirecrackerStandIn;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// A program that takes the words of Firecracker's jailer, and plays the Firecracker in the jail and the guest in it.
/// It looks at what it was given as they would, and refuses what they could not use. It does not leave its own root.
final class JailerStandIn implements FirecrackerStandIn.Events {
    private static final List<String> OPTIONS =
            List.of("--id", "--exec-file", "--uid", "--gid", "--chroot-base-dir", "--netns", "--resource-limit");
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final byte[] ARCHIVE = "070701".getBytes(StandardCharsets.US_ASCII);

    private final Path root;
    private final int uid;
    private final NetworkNamespace network;
    private final String mode;
    private final Path report;

    private JailerStandIn(Map<String, String> options, String mode, Path report) throws IOException {
        this.root = Path.of(options.get("--chroot-base-dir"))
                .resolve(Path.of(options.get("--exec-file")).getFileName())
                .resolve(options.get("--id"))
                .resolve("root");
        this.uid = Integer.parseInt(options.get("--uid"));
        this.network = new NetworkNamespace(Descriptors.open(Path.of(options.get("--netns"))));
        this.mode = mode;
        this.report = report;
    }

    public static void main(String[] words) throws Exception {
        var mode = System.getProperty("mode");
        var report = Path.of(System.getProperty("report"));
        if (mode.equals("dies")) {
            System.err.println("Build error: the jail cannot be made");
            System.exit(1);
        }
        var standIn = new JailerStandIn(options(List.of(words)), mode, report);
        standIn.say("words " + String.join(" ", words));
        standIn.say("cgroup " + Files.readString(Path.of("/proc/self/cgroup")).replace('\n', ' '));
        if (!mode.equals("deaf")) {
            new FirecrackerStandIn(standIn.root.resolve("api.sock"), standIn);
        }
        new CountDownLatch(1).await();
    }

    private static Map<String, String> options(List<String> words) throws IOException {
        var options = new HashMap<String, String>();
        var end = words.indexOf("--");
        for (var i = 0; i < end; i += 2) {
            if (!OPTIONS.contains(words.get(i))) {
                throw new IOException("unknown option " + words.get(i));
            }
            options.put(words.get(i), words.get(i + 1));
        }
        if (!words.subList(end + 1, words.size()).equals(List.of("--api-sock", "/api.sock"))) {
            throw new IOException("unknown words for Firecracker: " + words);
        }
        return options;
    }

    private synchronized void say(String text) throws IOException {
        Files.writeString(report, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public Optional<String> fault(String path, Map<String, Object> body) {
        try {
            say("request " + path);
            switch (path) {
                case "/machine-config" -> {
                    if (mode.equals("refuses")) {
                        return Optional.of("Not enough memory on this host");
                    }
                    if (mode.equals("hangs")) {
                        new CountDownLatch(1).await();
                    }
                }
                case "/boot-source" -> {
                    requireStart(text(body, "kernel_image_path"), ELF);
                    requireStart(text(body, "initrd_path"), ARCHIVE);
                }
                case "/network-interfaces/eth0" -> network.call(() -> TapDevice.make(text(body, "host_dev_name")));
                case "/logger" -> requireOwned(root.resolve(text(body, "log_path")));
                case "/vsock" -> {
                    requireOwned(root.resolve(text(body, "uds_path") + "_1001"));
                    requireOwned(root.resolve(text(body, "uds_path") + "_1002"));
                }
                default -> {
                    if (path.startsWith("/drives/")) {
                        requireDrive(
                                root.resolve(text(body, "path_on_host")),
                                text(body, "is_read_only").equals("true"));
                    }
                }
            }
            return Optional.empty();
        } catch (IOException | InterruptedException e) {
            return Optional.of(e.toString());
        }
    }

    private static String text(Map<String, Object> body, String name) {
        return Objects.requireNonNull(body.get(name), name).toString();
    }

    private void requireStart(String name, byte[] start) throws IOException {
        try (var file = Files.newInputStream(root.resolve(name))) {
            if (!java.util.Arrays.equals(file.readNBytes(start.length), start)) {
                throw new IOException(name + " is not what it should be");
            }
        }
    }

    private void requireOwned(Path path) throws IOException {
        if (!Files.getAttribute(path, "unix:uid").equals(uid)) {
            throw new IOException(path + " is not of user " + uid);
        }
    }

    private void requireDrive(Path path, boolean readOnly) throws IOException {
        if (Files.size(path) == 0) {
            throw new IOException(path + " is empty");
        }
        try (var file = Files.newByteChannel(path, StandardOpenOption.WRITE)) {
            if (readOnly && file.isOpen()) {
                throw new IOException(path + " can be written");
            }
            requireOwned(path);
        } catch (IOException e) {
            if (!readOnly || !String.valueOf(e.getMessage()).contains("Read-only file system")) {
                throw e;
            }
        }
    }

    @Override
    public void started(Map<String, String> requests) throws IOException {
        say("started; devices where it is: " + network.call(JailerStandIn::devices));
        if (!mode.equals("mute")) {
            Thread.ofVirtual().start(this::guest);
        }
    }

    private static String devices() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/net/dev")).stream()
                    .skip(2)
                    .map(line -> line.strip().split(":")[0])
                    .toList()
                    .toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private SocketChannel connected(int port) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(root.resolve("v.sock_" + port)));
        return channel;
    }

    /// As `guest/microvm` does.
    private void guest() {
        try (var output = connected(1002);
                var control = connected(1001)) {
            var in = new DataInputStream(Channels.newInputStream(control));
            var out = new DataOutputStream(Channels.newOutputStream(control));
            while (true) {
                var kind = (char) in.readByte();
                in.readNBytes(in.readInt());
                switch (kind) {
                    case 'T' -> send(out, 'P', "");
                    case 'C' -> send(out, 'N', "");
                    case 'F' -> send(out, 'R', "");
                    case 'S' -> run(out, output);
                    case 'K' -> send(out, 'L', "S 9");
                    default -> {}
                }
            }
        } catch (IOException e) {
            System.exit(0);
        }
    }

    private static void run(DataOutputStream control, SocketChannel output) throws IOException {
        send(control, 'L', "P 42");
        Channels.newOutputStream(output).write("hello\n".getBytes(StandardCharsets.UTF_8));
        if (new DataInputStream(Channels.newInputStream(output)).readLong() % 6 == 0) {
            send(control, 'L', "X 7");
        }
    }

    private static void send(DataOutputStream control, char kind, String text) throws IOException {
        control.writeByte(kind);
        control.writeInt(text.length());
        control.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
