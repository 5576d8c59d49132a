package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import hearth.worker.linux.UnixSockets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each request is judged by Firecracker's own description of its API.
final class FirecrackerApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] HARDWARE_ADDRESS = {2, 0x68, (byte) 0xc6, 0x12, 0, 1};
    private static final FirecrackerStandIn.Events NOTHING = new FirecrackerStandIn.Events() {
        @Override
        public void started(Map<String, String> requests) {}

        @Override
        public Optional<String> fault(String path, Map<String, Object> body) {
            return Optional.empty();
        }
    };

    @TempDir
    Path directory;

    private FirecrackerStandIn firecracker;
    private FirecrackerApi api;
    private int socket;

    @BeforeEach
    void connect() throws Exception {
        firecracker = new FirecrackerStandIn(directory.resolve("api.sock"), NOTHING);
        socket = UnixSockets.connect(directory.resolve("api.sock"));
        api = new FirecrackerApi(socket, System::nanoTime, PATIENCE);
    }

    @AfterEach
    void disconnect() throws Exception {
        Descriptors.close(socket);
        firecracker.close();
    }

    private void configure() throws IOException {
        api.logger("log");
        api.machine(Bytes.mebibytes(228), 2);
        api.bootSource("vmlinux", "initramfs");
        api.drive("disk0", "disk0", false);
        api.drive("disk1", "disk1", true);
        api.networkInterface("eth0", "tap0", HARDWARE_ADDRESS);
        api.vsock(3, "v.sock");
        api.entropy();
    }

    @Test
    void aMachinesLife() throws Exception {
        assertThat(api.version()).isEqualTo("1.13.1");
        assertThat(api.state()).isEqualTo("Not started");
        configure();
        api.start();
        assertThat(api.state()).isEqualTo("Running");
        api.pause();
        assertThat(api.state()).isEqualTo("Paused");
        api.createSnapshot("state", "memory", PATIENCE);
        api.resume();
        assertThat(api.state()).isEqualTo("Running");

        assertThat(firecracker.granted().stream().filter(request -> !request.startsWith("GET")))
                .containsExactly(
                        "PUT /logger {\"log_path\":\"log\",\"level\":\"Warning\",\"show_level\":true}",
                        "PUT /machine-config {\"vcpu_count\":2,\"mem_size_mib\":228}",
                        "PUT /boot-source {\"kernel_image_path\":\"vmlinux\",\"initrd_path\":\"initramfs\","
                                + "\"boot_args\":\"console=ttyS0 quiet loglevel=1 panic=-1 nowatchdog 8250.nr_uarts=1"
                                + " random.trust_cpu=on cgroup_no_v1=all reboot=k i8042.noaux i8042.nomux"
                                + " i8042.dumbkbd pci=off hearth.vsock=2\"}",
                        "PUT /drives/disk0 {\"drive_id\":\"disk0\",\"path_on_host\":\"disk0\","
                                + "\"is_root_device\":false,\"is_read_only\":true}",
                        "PUT /drives/disk1 {\"drive_id\":\"disk1\",\"path_on_host\":\"disk1\","
                                + "\"is_root_device\":false,\"is_read_only\":false}",
                        "PUT /network-interfaces/eth0 {\"iface_id\":\"eth0\",\"host_dev_name\":\"tap0\","
                                + "\"guest_mac\":\"02:68:c6:12:00:01\"}",
                        "PUT /vsock {\"guest_cid\":3,\"uds_path\":\"v.sock\"}",
                        "PUT /entropy {}",
                        "PUT /actions {\"action_type\":\"InstanceStart\"}",
                        "PATCH /vm {\"state\":\"Paused\"}",
                        "PUT /snapshot/create {\"snapshot_type\":\"Full\",\"snapshot_path\":\"state\","
                                + "\"mem_file_path\":\"memory\"}",
                        "PATCH /vm {\"state\":\"Resumed\"}");
    }

    @Test
    void aMachineIsLoadedFromASnapshotByAProcessThatHasNone() throws Exception {
        api.logger("log");
        api.loadSnapshot("state", "memory", PATIENCE);
        assertThat(api.state()).isEqualTo("Paused");
        api.resume();

        assertThat(firecracker.granted())
                .contains("PUT /snapshot/load {\"snapshot_path\":\"state\","
                        + "\"mem_backend\":{\"backend_type\":\"File\",\"backend_path\":\"memory\"},"
                        + "\"resume_vm\":false}");
    }

    @Test
    void whatIsRefusedIsToldInFirecrackersWords() throws Exception {
        configure();
        api.start();

        assertThatThrownBy(() -> api.drive("late", "disk2", false))
                .hasMessage("Firecracker refuses PUT /drives/late with 400:"
                        + " The requested operation is not supported in state Running: /drives/late");
        assertThatThrownBy(() -> api.createSnapshot("state", "memory", PATIENCE))
                .hasMessageContaining("not supported in state Running");
        assertThatThrownBy(() -> api.loadSnapshot("state", "memory", PATIENCE))
                .hasMessageContaining("not supported in state Running");
        assertThat(api.state()).isEqualTo("Running");
    }

    /// The judge is not lenient: this is what it says to requests that are nearly right.
    @Test
    void theDescriptionFindsFaults() throws Exception {
        var description = new FirecrackerDescription();

        assertThat(description.fault("PUT", "/vsock", "{\"guest_cid\":3,\"uds_path\":\"v.sock\"}"))
                .isEmpty();
        assertThat(description.fault("PUT", "/vsock", "{\"guest_cid\":2,\"uds_path\":\"v.sock\"}"))
                .contains("guest_cid is 2, and not from 3 to 9223372036854775807");
        assertThat(description.fault("PUT", "/vsock", "{\"guest_cid\":\"3\",\"uds_path\":\"v.sock\"}"))
                .contains("guest_cid is 3, and not a whole number");
        assertThat(description.fault("PUT", "/vsock", "{\"guest_cid\":3}")).contains("the body has no uds_path");
        assertThat(description.fault("PUT", "/vsock", "{\"guest_cid\":3,\"uds_path\":\"v\",\"port\":1}"))
                .contains("the body has an unknown port");
        assertThat(description.fault("PUT", "/actions", "{\"action_type\":\"Start\"}"))
                .hasValueSatisfying(fault -> assertThat(fault).startsWith("action_type is Start, and not of ["));
        assertThat(description.fault("POST", "/actions", "")).contains("no method POST of /actions");
        assertThat(description.fault("PUT", "/machine", "{}")).contains("no path /machine");
        assertThat(description.fault("PUT", "/entropy", "")).contains("no body");
        assertThat(description.fault("GET", "/", "{}")).contains("a body where there is none");
        assertThat(description.fault(
                        "PUT", "/drives/a", "{\"drive_id\":\"b\",\"is_root_device\":false,\"path_on_host\":\"x\"}"))
                .contains("the path says a, the body b");
    }

    private interface Use {
        void of(FirecrackerApi api) throws IOException;
    }

    private static void answered(String answer, Use use) throws Exception {
        var pair = Descriptors.streamSockets();
        var bytes = answer.getBytes(StandardCharsets.UTF_8);
        Descriptors.write(pair.writing(), bytes, 0, bytes.length);
        try {
            use.of(new FirecrackerApi(pair.reading(), System::nanoTime, Duration.ofMillis(50)));
        } finally {
            close(pair);
        }
    }

    private static void close(Pair pair) {
        Descriptors.close(pair.reading());
        Descriptors.close(pair.writing());
    }

    @Test
    void doesNotWaitForEver() throws Exception {
        answered("", one -> assertThatThrownBy(one::start).hasMessage("Firecracker does not answer"));
        answered("HTTP/1.1 204 \r\n", one -> assertThatThrownBy(one::start).hasMessage("Firecracker does not answer"));
        answered("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\n{", one -> assertThatThrownBy(one::state)
                .hasMessage("Firecracker does not answer"));
    }

    @Test
    void takesNothingThatIsNoAnswer() throws Exception {
        answered("220 smtp\r\n\r\n", one -> assertThatThrownBy(one::start).hasMessageContaining("what is no HTTP"));
        answered("HTTP/1.1 200 \r\nContent-Length: 99999999\r\n\r\n", one -> assertThatThrownBy(one::state)
                .hasMessageContaining("a body of length 99999999"));
        answered("HTTP/1.1 200 \r\nContent-Length: -1\r\n\r\n", one -> assertThatThrownBy(one::state)
                .hasMessageContaining("a body of length -1"));
        answered("x".repeat(20_000), one -> assertThatThrownBy(one::start)
                .hasMessageContaining("a head of more than 8192 bytes"));
        answered("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n[]", one -> assertThatThrownBy(one::state)
                .hasMessageContaining("what is no object"));
        answered("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{x", one -> assertThatThrownBy(one::state)
                .hasMessageContaining("what is no JSON"));
        answered("HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n", one -> assertThatThrownBy(one::start)
                .hasMessage("Firecracker refuses PUT /actions with 500"));
    }

    @Test
    void tellsOfTheEndOfTheProcess() throws Exception {
        var pair = Descriptors.streamSockets();
        Descriptors.close(pair.writing());

        assertThatThrownBy(() -> new FirecrackerApi(pair.reading(), System::nanoTime, PATIENCE).start())
                .hasMessage("Firecracker has ended");
        Descriptors.close(pair.reading());
    }
}
