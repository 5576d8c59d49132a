package hearth.link;

import hearth.link.certificates.ClusterAuthority;
import hearth.link.certificates.MemberCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// Certificates of two clusters, made once for all tests: each takes a program of a second.
public final class Certificates {
    public static final Path FOLDER = temporaryFolder();

    public static final MemberCertificate FRONT;
    public static final MemberCertificate SECOND_FRONT;
    public static final MemberCertificate WORKER;
    public static final MemberCertificate FOREIGN_WORKER;

    static {
        try {
            var ours = ClusterAuthority.init(FOLDER.resolve("ours"), "cluster-1");
            FRONT = MemberCertificate.read(ours.certify("host1", List.of("127.0.0.1", "::1", "front.example.com")));
            SECOND_FRONT = MemberCertificate.read(ours.certify("host3", List.of("127.0.0.1")));
            WORKER = MemberCertificate.read(ours.certify("host2", List.of()));
            var others = ClusterAuthority.init(FOLDER.resolve("others"), "cluster-2");
            FOREIGN_WORKER = MemberCertificate.read(others.certify("host2", List.of("127.0.0.1")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Certificates() {}

    private static Path temporaryFolder() {
        try {
            var folder = Files.createTempDirectory("hearth-link");
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
