package hearth.link.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.link.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterAuthorityTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void makesCertificatesThatNameTheirMemberAndCluster() {
        assertThat(Certificates.WORKER.name()).isEqualTo("host2");
        assertThat(Certificates.WORKER.cluster()).isEqualTo("cluster-1");
        assertThat(Certificates.FOREIGN_WORKER.cluster()).isEqualTo("cluster-2");
    }

    @Test
    void keepsEveryKeyPrivateAndLeavesNothingElse() throws IOException {
        var ours = Certificates.FOLDER.resolve("ours");
        assertThat(names(ours)).containsExactlyInAnyOrder("authority.p12", "host1", "host2", "host3");
        assertThat(names(ours.resolve("host2"))).containsExactlyInAnyOrder("authority.pem", "node.pem", "node.key");
        for (var key : List.of(ours.resolve("authority.p12"), ours.resolve("host2/node.key"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .isEqualTo("rw-------");
        }
    }

    private static List<String> names(Path of) throws IOException {
        try (var files = Files.list(of)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void makesCertificatesForMembersWithAnAddressAlone() throws IOException {
        var authority = ClusterAuthority.init(folder.resolve("other"), "cluster-3");

        assertThat(MemberCertificate.read(authority.certify("a", List.of("10.0.0.1")))
                        .isForMembers())
                .isTrue();
        assertThat(MemberCertificate.read(authority.certify("b", List.of("b"))).isForMembers())
                .isTrue();
        assertThat(MemberCertificate.read(authority.certify("c", List.of())).isForMembers())
                .isFalse();
    }

    @Test
    void makesNoClusterAndNoCertificateTwice() throws IOException {
        var ours = Certificates.FOLDER.resolve("ours");

        assertThatThrownBy(() -> ClusterAuthority.init(ours, "another"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("already");
        assertThatThrownBy(() -> ClusterAuthority.in(ours).certify("host2", List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("host2 is there already");
        assertThatThrownBy(() -> ClusterAuthority.in(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("hearth cluster init");
    }

    @Test
    void refusesNamesThatAreNone() throws IOException {
        var authority = ClusterAuthority.in(Certificates.FOLDER.resolve("ours"));

        for (var name : List.of("", "../up", "a b", "-a", "a,O=b", "x".repeat(64))) {
            assertThatThrownBy(() -> authority.certify(name, List.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a member's name");
        }
        assertThatThrownBy(() -> authority.certify("host9", List.of("host1:9100")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("without a port");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        Files.copy(Certificates.FOLDER.resolve("ours/host2/authority.pem"), folder.resolve("authority.pem"));

        assertThatThrownBy(() -> MemberCertificate.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node.pem is not there");

        Files.writeString(folder.resolve("node.pem"), "nothing of the kind");
        Files.writeString(folder.resolve("node.key"), "nothing of the kind");
        assertThatThrownBy(() -> MemberCertificate.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be used");
    }
}
