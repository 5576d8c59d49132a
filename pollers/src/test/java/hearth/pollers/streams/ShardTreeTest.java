package hearth.pollers.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShardTreeTest {
    /// `a` was split into `b` and `c`, which were merged to `d`.
    private static final List<Shard> SHARDS =
            List.of(shard("a"), shard("b", "a"), shard("c", "a"), shard("d", "b", "c"));

    private static Shard shard(String id, String... parents) {
        return new Shard(id, List.of(parents), "", true);
    }

    private static List<String> readable(List<Shard> shards, String... finished) {
        return ShardTree.readable(shards, Set.of(finished)).stream()
                .map(Shard::id)
                .toList();
    }

    @Test
    void readsChildrenOnceAllParentsAreDoneWith() {
        assertThat(readable(SHARDS)).containsExactly("a");
        assertThat(readable(SHARDS, "a")).containsExactly("b", "c");
        assertThat(readable(SHARDS, "a", "b")).containsExactly("c");
        assertThat(readable(SHARDS, "a", "b", "c")).containsExactly("d");
        assertThat(readable(SHARDS, "a", "b", "c", "d")).isEmpty();
    }

    @Test
    void waitsForNoParentThatTheStreamHasForgotten() {
        assertThat(readable(SHARDS.subList(1, 4))).containsExactly("b", "c");
    }
}
