package hearth.worker.microvm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.Bytes;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The requests to one Firecracker process, by its API description
/// (firecracker-microvm/firecracker, `src/firecracker/swagger/firecracker.yaml`). All paths are in its jail.
///
/// Each throws an `IOException` with Firecracker's own words where it refuses, and where it does not answer in time.
public final class FirecrackerApi {
    private static final JsonFactory JSON = new JsonFactory();

    /// Instead of Firecracker's own words, among which is `nomodule`. There is no keyboard but the one that ends the
    /// machine, and no PCI.
    public static final List<String> KERNEL_WORDS =
            List.of("reboot=k", "i8042.noaux", "i8042.nomux", "i8042.dumbkbd", "pci=off", "hearth.vsock=2");

    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    private final ApiSocket socket;
    private final Duration patience;

    /// @param fd a connection to its socket that does not block; stays the caller's
    /// @param patience with each request but those of snapshots, which have their own
    public FirecrackerApi(int fd, LongSupplier nanos, Duration patience) {
        this.socket = new ApiSocket(fd, nanos);
        this.patience = patience;
    }

    /// What it writes of itself goes to a file that is there already.
    public void logger(String path) throws IOException {
        put("/logger", "log_path", path, "level", "Warning", "show_level", true);
    }

    /// @param processors no more than 32
    public void machine(Bytes memory, int processors) throws IOException {
        put("/machine-config", "vcpu_count", processors, "mem_size_mib", memory.toMebibytes());
    }

    /// @param kernel an ELF file
    public void bootSource(String kernel, String initramfs) throws IOException {
        var words = Stream.concat(GuestKernel.WORDS.stream(), KERNEL_WORDS.stream());
        put(
                "/boot-source",
                "kernel_image_path",
                kernel,
                "initrd_path",
                initramfs,
                "boot_args",
                words.collect(Collectors.joining(" ")));
    }

    /// Disks have their names inside by the order of these. None is the root: that is the first archive.
    ///
    /// @param id letters, digits and `_`
    public void drive(String id, String path, boolean writable) throws IOException {
        put("/drives/" + id, "drive_id", id, "path_on_host", path, "is_root_device", false, "is_read_only", !writable);
    }

    /// @param tap the name of a device that its user may open
    /// @param hardwareAddress six bytes
    public void networkInterface(String id, String tap, byte[] hardwareAddress) throws IOException {
        put(
                "/network-interfaces/" + id,
                "iface_id",
                id,
                "host_dev_name",
                tap,
                "guest_mac",
                QemuCommand.text(hardwareAddress));
    }

    /// @param path of the socket that stands for the machine; those for the host's ports have `_` and the port
    ///     behind it
    public void vsock(int contextId, String path) throws IOException {
        put("/vsock", "guest_cid", contextId, "uds_path", path);
    }

    public void entropy() throws IOException {
        put("/entropy");
    }

    public void start() throws IOException {
        put("/actions", "action_type", "InstanceStart");
    }

    /// A machine that is paused already stays so.
    public void pause() throws IOException {
        patch("/vm", "state", "Paused");
    }

    public void resume() throws IOException {
        patch("/vm", "state", "Resumed");
    }

    /// Of a machine that is paused, and stays so.
    ///
    /// @param memory the file that is made of the machine's memory
    /// @param state the file that is made of all else
    public void createSnapshot(String state, String memory, Duration patience) throws IOException {
        change(
                "PUT",
                "/snapshot/create",
                patience,
                "snapshot_type",
                "Full",
                "snapshot_path",
                state,
                "mem_file_path",
                memory);
    }

    /// Before anything of a machine is configured but the logger. Where it fails, the process ends. The machine is
    /// paused; its memory is read from the file as it is needed.
    public void loadSnapshot(String state, String memory, Duration patience) throws IOException {
        var backend = object("backend_type", "File", "backend_path", memory);
        change("PUT", "/snapshot/load", patience, "snapshot_path", state, "mem_backend", backend, "resume_vm", false);
    }

    /// @return `Not started`, `Running` or `Paused`
    public String state() throws IOException {
        return get("/", "state");
    }

    /// Such as `1.13.1`.
    public String version() throws IOException {
        return get("/version", "firecracker_version");
    }

    private void put(String path, Object... body) throws IOException {
        change("PUT", path, patience, body);
    }

    private void patch(String path, Object... body) throws IOException {
        change("PATCH", path, patience, body);
    }

    private void change(String method, String path, Duration patience, Object... body) throws IOException {
        var answer = socket.request(method, path, text(object(body)), patience);
        if (answer.status() != NO_CONTENT) {
            throw refused(method + " " + path, answer);
        }
    }

    private String get(String path, String member) throws IOException {
        var answer = socket.request("GET", path, "", patience);
        if (answer.status() != OK) {
            throw refused("GET " + path, answer);
        }
        return member(answer.body(), member);
    }

    private static IOException refused(String request, ApiSocket.Answer answer) throws IOException {
        var fault = answer.body().isEmpty() ? "" : member(answer.body(), "fault_message");
        return new IOException("Firecracker refuses %s with %d%s"
                .formatted(request, answer.status(), fault.isEmpty() ? "" : ": " + fault));
    }

    /// @return empty where there is no such member
    private static String member(String body, String name) throws IOException {
        try (var parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("Firecracker answers what is no object: " + body);
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var found = parser.currentName().equals(name);
                parser.nextToken();
                if (found) {
                    return parser.getText();
                }
                parser.skipChildren();
            }
            return "";
        } catch (JsonProcessingException e) {
            throw new IOException("Firecracker answers what is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        var members = new LinkedHashMap<String, Object>();
        for (var i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }

    private static String text(Map<String, Object> object) throws IOException {
        var text = new StringWriter();
        try (var generator = JSON.createGenerator(text)) {
            write(generator, object);
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> members -> {
                generator.writeStartObject();
                for (var member : members.entrySet()) {
                    generator.writeFieldName((String) member.getKey());
                    write(generator, member.getValue());
                }
                generator.writeEndObject();
            }
            case Boolean truth -> generator.writeBoolean(truth);
            case Number number -> generator.writeNumber(number.longValue());
            default -> generator.writeString(value.toString());
        }
    }
}
