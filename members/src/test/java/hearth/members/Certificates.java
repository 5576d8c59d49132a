package hearth.members;

import hearth.link.certificates.ClusterAuthority;
import hearth.link.certificates.MemberCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// Certificates of two clusters, made once for all tests: each takes a program of a second.
final class Certificates {
    private static final Path FOLDER = temporaryFolder();

    static {
        try {
            var ours = ClusterAuthority.init(FOLDER.resolve("ours"), "cluster-1");
            for (var name : List.of("host1", "host2", "host3")) {
                ours.certify(name, List.of("127.0.0.1"));
            }
            ours.certify("worker", List.of());
            var others = ClusterAuthority.init(FOLDER.resolve("others"), "cluster-2");
            others.certify("stranger", List.of("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Certificates() {}

    static Path folder(String name) {
        return FOLDER.resolve(name.equals("stranger") ? "others" : "ours").resolve(name);
    }

    static MemberCertificate of(String name) throws IOException {
        return MemberCertificate.read(folder(name));
    }

    private static Path temporaryFolder() {
        try {
            var folder = Files.createTempDirectory("hearth-members");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            System.err.println(folder + " stays: " + e);
        }
    }
}
