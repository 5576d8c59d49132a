package hearth.members;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.link.message.Versions;
import hearth.model.worker.MemberId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DescriptionTest {
    private static final HostAndPort ADDRESS = new HostAndPort("10.0.0.1", 9200);

    private static Set<String> said(Versions speaks) {
        return Description.of(
                new MemberId("host1"),
                7,
                new MembersConfig(
                        ADDRESS, ADDRESS, "10.0.0.1:9100", "http://host1", "a", Set.of("frontend"), "1", speaks));
    }

    @Test
    void saysWhichVersionsAMemberSpeaks() {
        assertThat(Description.speaks(said(new Versions(3, 4)))).isEqualTo(new Versions(3, 4));
    }

    /// What one of the release before said of itself.
    @Test
    void saysVersion2OfOneThatSaysNothing() {
        var before = Set.of(
                "name=host1",
                "incarnation=7",
                "workers=10.0.0.1:9100",
                "api=http://host1",
                "zone=a",
                "version=1",
                "role=frontend");

        assertThat(Description.speaks(before)).isEqualTo(new Versions(2, 2));
        assertThat(said(Versions.OURS)).containsAll(before);
    }
}
