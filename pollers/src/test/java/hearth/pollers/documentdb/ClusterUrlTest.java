package hearth.pollers.documentdb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterUrlTest {
    @Test
    void isAConnectionStringWithoutAPassword() {
        assertThat(ClusterUrl.parse("mongodb://h1:27017,h2:27017/?replicaSet=rs0&tls=true"))
                .isPresent();
        assertThat(ClusterUrl.parse("mongodb://app:hunter2@h1:27017/")).isEmpty();
        assertThat(ClusterUrl.parse("http://h1:27017/")).isEmpty();
        assertThat(ClusterUrl.parse("")).isEmpty();
    }
}
