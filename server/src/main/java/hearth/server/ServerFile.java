package hearth.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import hearth.server.RunningServer.State;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `server.json` in the data folder, by which `status` and `stop` find the server that uses it. Always whole: a new one
/// takes the place of the old.
///
/// A server that was killed leaves its own behind, which [RunningServer#isAlive] tells.
public final class ServerFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ServerFile.class.getName());
    private static final String NAME = "server.json";
    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private volatile RunningServer said;

    private ServerFile(Path file, RunningServer first) {
        this.file = file;
        this.said = first;
    }

    /// To be called by whoever holds the lock of the data folder.
    static ServerFile begin(Path data, RunningServer first) {
        var file = new ServerFile(data.resolve(NAME), first);
        file.say(first);
        return file;
    }

    /// The last word of the server of this data folder, if there was one.
    public static Optional<RunningServer> read(Path data) throws IOException {
        try {
            return Optional.of(parse(Files.readString(data.resolve(NAME))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new IOException(data.resolve(NAME) + " is not as Hearth writes it: " + e.getMessage(), e);
        }
    }

    synchronized void readyAt(String address, String sandboxes) {
        say(said.readyAt(address, sandboxes));
    }

    RunningServer said() {
        return said;
    }

    synchronized void stopping() {
        say(said.in(State.STOPPING));
    }

    /// A server whose disk is full serves all the same. Nothing waits for the disk: the file tells of a server that is
    /// up, and after a loss of power none is.
    private synchronized void say(RunningServer now) {
        said = now;
        var draft = file.resolveSibling(NAME + ".new");
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(draft, text(now));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "`hearth status` will not find this server: {0} cannot be written: {1}", file, e);
        }
    }

    private static String text(RunningServer server) throws IOException {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("version", server.version());
            json.writeNumberField("pid", server.pid());
            json.writeNumberField("started", server.started());
            json.writeStringField("since", server.since().toString());
            json.writeStringField("state", server.state().name().toLowerCase(Locale.ROOT));
            json.writeStringField("address", server.address());
            json.writeStringField("sandboxes", server.sandboxes());
            json.writeStringField("auth", server.auth());
            json.writeStringField("drain", server.drain().toString());
            json.writeEndObject();
        }
        return text + "\n";
    }

    private static RunningServer parse(String text) throws IOException {
        var members = new HashMap<String, String>();
        try (var json = JSON.createParser(text)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME) {
                    var name = json.currentName();
                    json.nextToken();
                    members.put(name, json.getText());
                }
            }
        }
        return new RunningServer(
                member(members, "version"),
                Long.parseLong(member(members, "pid")),
                Long.parseLong(member(members, "started")),
                Instant.parse(member(members, "since")),
                State.valueOf(member(members, "state").toUpperCase(Locale.ROOT)),
                member(members, "address"),
                member(members, "sandboxes"),
                member(members, "auth"),
                Duration.parse(member(members, "drain")));
    }

    private static String member(Map<String, String> members, String name) {
        var value = members.get(name);
        if (value == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return value;
    }

    /// Takes the file away. Safe to repeat.
    @Override
    public synchronized void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
