package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.cluster.ShardCheckpoint.WindowState;
import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import java.nio.file.Path;
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
class CheckpointStoreTest {
    private static final EventSourceMappingId ID =
            new EventSourceMappingId(new AccountId("123456789012"), new Region("eu-north-1"), "a");

    @Parameter
    private StoreEngine engine;

    @TempDir
    private Path data;

    private Store store;

    @BeforeEach
    void open() {
        store = engine.open(data);
        if (store.mappings().find(ID).isEmpty()) {
            var configuration = EventSourceMappingConfiguration.builder()
                    .uuid("a")
                    .functionArn("greet")
                    .eventSourceArn("stream")
                    .state("Enabled")
                    .build();
            store.mappings().create(new MappingRecord(ID, configuration, true, Map.of()), (_, _) -> {});
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void keepsCheckpointsOverARestart() {
        var claim = store.checkpoints().claim(ID);
        assertThat(claim.begun()).isFalse();
        assertThat(claim.shards()).isEmpty();
        var first = ShardCheckpoint.since("s-1", 12);
        var moved = new ShardCheckpoint("s-1", "495", 12, false, Optional.of(new WindowState(60, "{\"é\":1}")));

        store.checkpoints().begin(claim, List.of(first, ShardCheckpoint.finished("s-0")));
        store.checkpoints().keep(claim, moved);
        close();
        open();

        var again = store.checkpoints().claim(ID);
        assertThat(again.begun()).isTrue();
        assertThat(again.shards()).containsExactly(ShardCheckpoint.finished("s-0"), moved);
        store.checkpoints().forget(again, List.of("s-0"));
        assertThat(store.checkpoints().claim(ID).shards()).containsExactly(moved);
    }

    @Test
    void letsNobodyWriteWhoseClaimIsAnothers() {
        var former = store.checkpoints().claim(ID);
        store.checkpoints().keep(former, ShardCheckpoint.since("s", 1));
        var holder = store.checkpoints().claim(ID);

        assertThatThrownBy(() -> store.checkpoints().keep(former, ShardCheckpoint.finished("s")))
                .isInstanceOf(ClaimLostException.class);
        assertThatThrownBy(() -> store.checkpoints().begin(former, List.of())).isInstanceOf(ClaimLostException.class);
        assertThatThrownBy(() -> store.checkpoints().forget(former, List.of("s")))
                .isInstanceOf(ClaimLostException.class);
        assertThat(holder.shards()).containsExactly(ShardCheckpoint.since("s", 1));
    }

    @Test
    void goWithTheirMapping() {
        var claim = store.checkpoints().claim(ID);
        store.checkpoints().keep(claim, ShardCheckpoint.since("s", 1));

        store.mappings().update(ID, _ -> Optional.empty(), (_, _) -> {});

        assertThatThrownBy(() -> store.checkpoints().keep(claim, ShardCheckpoint.finished("s")))
                .isInstanceOf(ClaimLostException.class);
        assertThatThrownBy(() -> store.checkpoints().claim(ID)).isInstanceOf(ClaimLostException.class);
    }
}
