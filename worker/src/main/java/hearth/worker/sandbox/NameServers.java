package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The name servers that this host asks, where a sandbox can ask them too.
final class NameServers {
    /// systemd-resolved names itself, at a loopback address, in the first; its own servers stand in the second.
    private static final List<Path> FILES =
            List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

    private static final String IPV4 = "\\d{1,3}(\\.\\d{1,3}){3}";

    private NameServers() {}

    static List<String> ofThisHost() {
        return FILES.stream()
                .map(NameServers::read)
                .filter(servers -> !servers.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    static List<String> parse(List<String> lines) {
        return lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .filter(server -> server.matches(IPV4) && !server.startsWith("127."))
                .toList();
    }

    private static List<String> read(Path file) {
        try {
            return parse(Files.readAllLines(file));
        } catch (IOException absent) {
            return List.of();
        }
    }
}
