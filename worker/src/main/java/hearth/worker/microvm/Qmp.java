package hearth.worker.microvm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.PassedDescriptors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// QEMU's machine protocol (docs/interop/qmp-spec.txt): a line of JSON for each command, answer and event.
///
/// Only as much of answers is kept as is asked for here: members that are text, numbers or truth values.
public final class Qmp {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LONGEST = 64 << 10;
    private static final int MOST_EVENTS = 64;

    private final int fd;
    private final LongSupplier nanos;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<String> lines = new ArrayDeque<>();
    private final Deque<String> events = new ArrayDeque<>();

    /// One line: whose member it has at the top, and what is in that member.
    private record Message(Map<String, String> members) {
        boolean has(String name) {
            return members.keySet().stream().anyMatch(key -> key.equals(name) || key.startsWith(name + "."));
        }

        String text(String name) {
            return members.getOrDefault(name, "");
        }
    }

    /// @param fd a stream that does not block, whose other end is QEMU's monitor; stays the caller's
    public Qmp(int fd, LongSupplier nanos) {
        this.fd = fd;
        this.nanos = nanos;
    }

    /// Waits for the greeting and leaves the negotiation, before which there is no other command.
    ///
    /// @return QEMU's version, such as `7.2`
    public String greet(Duration patience) throws IOException {
        var deadline = nanos.getAsLong() + patience.toNanos();
        var greeting = read(deadline);
        if (!greeting.has("QMP")) {
            throw new IOException("QEMU does not greet: " + greeting.members);
        }
        execute("qmp_capabilities", patience);
        return greeting.text("QMP.version.qemu.major") + "." + greeting.text("QMP.version.qemu.minor");
    }

    /// Executes a command that has no arguments.
    ///
    /// @return the members of its answer by their paths, such as `status` or `a.b`
    /// @throws IOException with QEMU's own words if it refuses, or if it does not answer in time
    public Map<String, String> execute(String command, Duration patience) throws IOException {
        return execute(command, Map.of(), patience);
    }

    /// @param arguments text, numbers, truth values, lists, and maps of them
    public Map<String, String> execute(String command, Map<String, ?> arguments, Duration patience) throws IOException {
        var bytes = command(command, arguments);
        // A command is shorter than any socket's buffer.
        return answered(command, Descriptors.write(fd, bytes, 0, bytes.length) == bytes.length, patience);
    }

    /// Executes a command that is about a descriptor, of which QEMU gets its own.
    public Map<String, String> execute(String command, Map<String, ?> arguments, int descriptor, Duration patience)
            throws IOException {
        var bytes = command(command, arguments);
        return answered(command, PassedDescriptors.send(fd, bytes, descriptor) == bytes.length, patience);
    }

    private static byte[] command(String command, Map<String, ?> arguments) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("execute", command);
            if (!arguments.isEmpty()) {
                json.writeFieldName("arguments");
                write(json, arguments);
            }
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> members -> {
                json.writeStartObject();
                for (var member : members.entrySet()) {
                    json.writeFieldName(member.getKey().toString());
                    write(json, member.getValue());
                }
                json.writeEndObject();
            }
            case List<?> items -> {
                json.writeStartArray();
                for (var item : items) {
                    write(json, item);
                }
                json.writeEndArray();
            }
            case Boolean truth -> json.writeBoolean(truth);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case String text -> json.writeString(text);
            default -> throw new IllegalArgumentException("no argument of QEMU's: " + value);
        }
    }

    private Map<String, String> answered(String command, boolean sent, Duration patience) throws IOException {
        if (!sent) {
            throw new IOException("QEMU takes no commands");
        }
        var deadline = nanos.getAsLong() + patience.toNanos();
        while (true) {
            var message = read(deadline);
            if (message.has("event")) {
                note(message);
            } else if (message.has("error")) {
                throw new IOException("QEMU refuses " + command + ": " + message.text("error.desc"));
            } else if (message.has("return")) {
                return withoutPrefix(message.members);
            } else {
                throw new IOException("QEMU says what is no answer: " + message.members);
            }
        }
    }

    /// What QEMU told of by itself until now, such as `SHUTDOWN guest-shutdown`. Does not block.
    public List<String> events() {
        try {
            while (true) {
                var message = read(nanos.getAsLong());
                if (message.has("event")) {
                    note(message);
                }
            }
        } catch (IOException e) {
            // There are no more, or QEMU is gone.
            return List.copyOf(events);
        }
    }

    private void note(Message event) {
        if (events.size() == MOST_EVENTS) {
            events.removeFirst();
        }
        events.addLast((event.text("event") + " " + event.text("data.reason")).strip());
    }

    private static Map<String, String> withoutPrefix(Map<String, String> members) {
        var result = new LinkedHashMap<String, String>();
        members.forEach((name, value) -> {
            if (name.startsWith("return.")) {
                result.put(name.substring("return.".length()), value);
            }
        });
        return result;
    }

    private Message read(long deadline) throws IOException {
        while (lines.isEmpty()) {
            var left =
                    Duration.ofNanos(Math.max(0, deadline - nanos.getAsLong())).toMillis();
            if (!Descriptors.awaitReadable(fd, (int) left)) {
                throw new IOException("QEMU does not answer");
            }
            fill();
        }
        return parse(lines.removeFirst());
    }

    private void fill() throws IOException {
        var piece = new byte[8192];
        int length;
        try {
            length = Descriptors.read(fd, piece);
        } catch (LinuxException e) {
            if (e.is("EAGAIN") || e.is("EINTR")) {
                return;
            }
            // As for one that has ended before it has read all.
            if (!e.is("ECONNRESET")) {
                throw e;
            }
            length = 0;
        }
        if (length == 0) {
            throw new IOException("QEMU has ended");
        }
        for (var i = 0; i < length; i++) {
            if (piece[i] == '\n') {
                lines.addLast(line.toString(StandardCharsets.UTF_8).strip());
                line.reset();
            } else if (line.size() == LONGEST) {
                throw new IOException("QEMU sends a line of more than %d bytes".formatted(LONGEST));
            } else {
                line.write(piece[i]);
            }
        }
    }

    private static Message parse(String text) throws IOException {
        var members = new LinkedHashMap<String, String>();
        try (var parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("QEMU sends what is no object: " + text);
            }
            members(parser, "", members);
            return new Message(members);
        } catch (JsonProcessingException e) {
            throw new IOException("QEMU sends what is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// Lists are passed over.
    private static void members(JsonParser parser, String prefix, Map<String, String> into) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = prefix + parser.currentName();
            var value = parser.nextToken();
            if (value == JsonToken.START_OBJECT) {
                into.put(name, "");
                members(parser, name + ".", into);
            } else if (value == JsonToken.START_ARRAY) {
                parser.skipChildren();
            } else {
                into.put(name, parser.getText());
            }
        }
    }
}
