package hearth.worker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Forwarding of IPv4 packets, switched on where the internet is and off again in the end.
///
/// What was off before is noted on disk, so that a server that is killed is cleaned up after.
final class Forwarding {
    private static final Logger log = System.getLogger(Forwarding.class.getName());
    private static final String ANYWHERE = "00000000";

    private final Path note;

    /// @param directory for the note
    Forwarding(Path directory) {
        this.note = directory.resolve("forwarding");
    }

    /// Lets packets come in from the interfaces that lead to the internet.
    ///
    /// @return those where it was off
    List<String> switchOn() throws IOException {
        var changed = new ArrayList<String>();
        for (var link : uplinks()) {
            if (!Files.readString(setting(link)).strip().equals("1")) {
                changed.add(link);
            }
        }
        Files.createDirectories(note.getParent());
        Files.write(note, changed);
        changed.forEach(Forwarding::allow);
        return changed;
    }

    /// Lets packets come in from an interface.
    static void allow(String link) {
        try {
            Files.writeString(setting(link), "1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Puts back what `switchOn` of this or a former server changed.
    void restore() {
        try {
            if (Files.exists(note)) {
                for (var link : Files.readAllLines(note)) {
                    Files.writeString(setting(link), "0");
                }
                Files.delete(note);
            }
        } catch (IOException e) {
            log.log(Level.WARNING, "forwarding stays on: {0}", e.getMessage());
        }
    }

    /// The interfaces of default routes: destination and mask are zero.
    private static List<String> uplinks() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/route")).stream()
                .map(line -> line.split("\t"))
                .filter(fields -> fields.length > 7 && fields[1].equals(ANYWHERE) && fields[7].equals(ANYWHERE))
                .map(fields -> fields[0])
                .distinct()
                .toList();
    }

    private static Path setting(String link) {
        return Path.of("/proc/sys/net/ipv4/conf", link, "forwarding");
    }
}
