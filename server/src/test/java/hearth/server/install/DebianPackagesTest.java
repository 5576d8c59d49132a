package hearth.server.install;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DebianPackagesTest {
    @Test
    void readsWhatAptCouldInstall() {
        var policy = """
                ruby3.1:
                  Installed: (none)
                  Candidate: 3.1.2-7+deb12u1
                  Version table:
                     3.1.2-7+deb12u1 500
                        500 http://mirror.example/debian bookworm/main amd64 Packages
                openjdk-8-jre-headless:
                  Installed: (none)
                  Candidate: (none)
                  Version table:
                openjdk-17-jre-headless:amd64:
                  Installed: 17.0.15+6-1
                  Candidate: 17.0.19+10-1
                """;

        assertThat(DebianPackages.candidates(policy)).containsExactlyInAnyOrder("ruby3.1", "openjdk-17-jre-headless");
    }
}
