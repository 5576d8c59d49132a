package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreEngine.class)
class MappingStoreTest {
    @Parameter
    private StoreEngine engine;

    private static final AccountId ACCOUNT = new AccountId("123456789012");
    private static final Region REGION = new Region("eu-north-1");

    @TempDir
    private Path data;

    private Store store;

    @BeforeEach
    void open() {
        store = engine.open(data);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void keepsAMappingOverARestart() {
        var mapping = mapping("a", "greet", "Creating");
        store.mappings().create(mapping, MappingStoreTest::anything);

        close();
        open();

        assertThat(store.mappings().find(mapping.id())).contains(mapping);
        assertThat(store.mappings().inTransition()).containsExactly(mapping.id());
    }

    @Test
    void writesNothingThatIsRefused() {
        var first = mapping("a", "greet", "Enabled");
        var second = mapping("b", "greet", "Enabled");
        store.mappings().create(first, MappingStoreTest::anything);
        var seen = new ArrayList<MappingRecord>();

        assertThatThrownBy(() -> store.mappings().create(second, (_, others) -> {
                    seen.addAll(others);
                    throw new IllegalStateException("refused");
                }))
                .hasMessage("refused");

        assertThat(seen).containsExactly(first);
        assertThat(store.mappings().find(second.id())).isEmpty();
    }

    @Test
    void asksAgainWhetherAMappingMayStandWhereItGoesTo() {
        var first = mapping("a", "greet", "Enabled");
        var second = mapping("b", "part", "Enabled");
        store.mappings().create(first, MappingStoreTest::anything);
        store.mappings().create(second, MappingStoreTest::anything);
        var seen = new ArrayList<MappingRecord>();

        var moved = store.mappings()
                .update(
                        second.id(),
                        before -> Optional.of(before.with(before.configuration().toBuilder()
                                .functionArn("greet")
                                .build())),
                        (_, others) -> seen.addAll(others));
        store.mappings().update(second.id(), before -> Optional.of(before.withEnabled(false)), (_, _) -> {
            throw new IllegalStateException("It stays where it is");
        });

        assertThat(seen).containsExactly(first);
        assertThat(store.mappings().find(second.id()))
                .contains(moved.orElseThrow().withEnabled(false));
    }

    @Test
    void removesWhatIsDecidedToBeNothing() {
        var mapping = mapping("a", "greet", "Deleting");
        store.mappings().create(mapping, MappingStoreTest::anything);

        var left = store.mappings().update(mapping.id(), _ -> Optional.empty(), MappingStoreTest::anything);

        assertThat(left).isEmpty();
        assertThat(store.mappings().find(mapping.id())).isEmpty();
        assertThat(store.mappings().inTransition()).isEmpty();
        assertThat(store.mappings().update(mapping.id(), Optional::of, MappingStoreTest::anything))
                .isEmpty();
    }

    @Test
    void listsByFunctionAndSourceInPages() {
        for (var uuid : List.of("d", "b", "a", "c")) {
            store.mappings()
                    .create(mapping(uuid, uuid.equals("c") ? "part" : "greet", "Enabled"), MappingStoreTest::anything);
        }

        var first = store.mappings().list(ACCOUNT, REGION, new MappingFilter("greet", "queue"), "", 2);
        var second = store.mappings().list(ACCOUNT, REGION, new MappingFilter("greet", null), "b", 2);

        assertThat(first.items()).extracting(mapping -> mapping.id().uuid()).containsExactly("a", "b");
        assertThat(first.more()).isTrue();
        assertThat(second.items()).extracting(mapping -> mapping.id().uuid()).containsExactly("d");
        assertThat(second.more()).isFalse();
        assertThat(store.mappings()
                        .list(ACCOUNT, REGION, MappingFilter.ALL, "", 9)
                        .items())
                .hasSize(4);
        assertThat(store.mappings()
                        .list(ACCOUNT, new Region("us-east-1"), MappingFilter.ALL, "", 9)
                        .items())
                .isEmpty();
    }

    private static void anything(MappingRecord mapping, List<MappingRecord> others) {}

    private static MappingRecord mapping(String uuid, String function, String state) {
        var configuration = EventSourceMappingConfiguration.builder()
                .uuid(uuid)
                .functionArn(function)
                .eventSourceArn("queue")
                .state(state)
                .build();
        return new MappingRecord(
                new EventSourceMappingId(ACCOUNT, REGION, uuid), configuration, true, Map.of("tag", "value"));
    }
}
