package hearth.cluster;

import static hearth.cluster.Samples.ACCOUNT;
import static hearth.cluster.Samples.REGION;
import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.FunctionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The store after a kill at each of its writes, and in the middle of some: it holds all that had been acknowledged by
/// then, and nothing of what was under way. What is written to the disk is the write-ahead log, which only grows here,
/// so that each start of it is what a kill left.
class WriteBoundariesTest {
    private static final int STEPS = 50;
    private static final long SEED = Long.getLong("hearth.boundaries.seed", 20_261_126);

    /// Of the log: a page with its header.
    private static final int FRAME = 4096 + 24;

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private final List<Acknowledged> acknowledged = new ArrayList<>();

    /// @param log how long it was when the write was acknowledged
    /// @param state all that the store held then
    private record Acknowledged(long log, String state) {}

    @Test
    void leavesEachAcknowledgedWriteAndNothingHalfWhereverItIsCutOff() throws IOException {
        var data = folder.resolve("data");
        try (var store = Store.open(data)) {
            var writes = new VariousWrites(store, random);
            note(store, data);
            for (int step = 0; step < STEPS; step++) {
                writes.next();
                note(store, data);
            }
            Files.copy(data.resolve("hearth.db"), folder.resolve("hearth.db"));
            Files.copy(data.resolve("hearth.db-wal"), folder.resolve("log"));
            assertThat(writes.kinds()).isEqualTo(VariousWrites.KINDS);
        }

        int kills = 0;
        for (int last = 0; last < acknowledged.size() - 1; last++) {
            var before = acknowledged.get(last);
            var after = acknowledged.get(last + 1);
            assertThat(after.log()).isGreaterThanOrEqualTo(before.log());
            for (long end = before.log(); end < after.log(); end += FRAME) {
                assertThat(stateAfterKill(end))
                        .as("seed %d, step %d", SEED, last)
                        .isEqualTo(before.state());
                assertThat(stateAfterKill(end + 1 + random.nextInt(FRAME - 1)))
                        .as("seed %d, within step %d", SEED, last)
                        .isEqualTo(before.state());
                kills += 2;
            }
        }
        assertThat(stateAfterKill(acknowledged.getLast().log()))
                .isEqualTo(acknowledged.getLast().state());
        assertThat(acknowledged.stream().map(Acknowledged::state).distinct().count())
                .as("writes that changed something")
                .isGreaterThan(STEPS / 2);
        System.out.printf("WriteBoundariesTest seed %d: %d kills in %d writes%n", SEED, kills, STEPS);
    }

    private void note(Store store, Path data) throws IOException {
        acknowledged.add(new Acknowledged(Files.size(data.resolve("hearth.db-wal")), state(store)));
    }

    private String stateAfterKill(long end) throws IOException {
        var killed = Files.createTempDirectory(folder, "killed");
        Files.copy(folder.resolve("hearth.db"), killed.resolve("hearth.db"));
        try (var log = FileChannel.open(folder.resolve("log"));
                var cut = FileChannel.open(
                        killed.resolve("hearth.db-wal"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var start = ByteBuffer.allocate((int) end);
            log.read(start, 0);
            cut.write(start.flip());
        }
        try (var store = Store.open(killed)) {
            return state(store);
        }
    }

    private static String state(Store store) {
        var state = new StringBuilder();
        for (var name : VariousWrites.NAMES) {
            store.functions().read(id(name), view -> state.append(view.function())
                    .append(view.aliases())
                    .append(view.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE))
                    .append(view.signing()));
            var versions = store.functions().listVersions(id(name), 0, 1000).items();
            state.append(versions).append('\n');
            store.layers()
                    .listVersions(VariousWrites.layer(name), Long.MAX_VALUE, LayerFilter.ALL, 1000)
                    .items()
                    .forEach(version -> state.append(version).append('\n'));
        }
        state.append(store.functions().settings(VariousWrites.POLICY))
                .append(store.functions().settings(Setting.RESERVED_CONCURRENCY))
                .append(store.functions().takenConcurrency(ACCOUNT, REGION))
                .append(store.functions().list(ACCOUNT, REGION, "", 1000).items().stream()
                        .map(version -> String.valueOf(version.configuration().functionName()))
                        .toList());
        for (var mapping : store.mappings()
                .list(ACCOUNT, REGION, MappingFilter.ALL, "", 1000)
                .items()) {
            state.append('\n').append(mapping);
        }
        for (var config : store.signing().list(ACCOUNT, REGION, "", 1000).items()) {
            state.append('\n').append(config);
            state.append(store.signing().functions(config.id(), "", 1000).items().stream()
                    .map(FunctionId::name)
                    .toList());
        }
        return state.toString();
    }
}
