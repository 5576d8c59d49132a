package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

class DamagedMappingTest {
    @TempDir
    private Path data;

    @Test
    void keepsNoOtherFromItsWork() throws Exception {
        try (var store = Store.open(data)) {
            store.mappings().create(mapping("a"), (_, _) -> {});
            store.mappings().create(mapping("b"), (_, _) -> {});
        }
        try (var file = JDBC.createConnection("jdbc:sqlite:" + data.resolve(Store.FILE), new Properties());
                var damage = file.createStatement()) {
            damage.executeUpdate("UPDATE event_source_mappings SET configuration = '{\"UUID' WHERE uuid = 'a'");
        }

        try (var store = Store.open(data)) {
            assertThat(store.mappings().enabled()).containsExactly(mapping("b"));
        }
    }

    private static MappingRecord mapping(String uuid) {
        var id = new EventSourceMappingId(new AccountId("123456789012"), new Region("eu-north-1"), uuid);
        var configuration = EventSourceMappingConfiguration.builder()
                .uuid(uuid)
                .functionArn("greet")
                .state("Enabled")
                .build();
        return new MappingRecord(id, configuration, true, Map.of());
    }
}
