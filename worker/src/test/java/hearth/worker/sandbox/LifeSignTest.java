package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LifeSignTest {
    private static final Instance INSTANCE = new Instance("0123abcd");

    @TempDir
    Path host;

    private Path shared;
    private Path directory;

    @BeforeEach
    void makeDirectories() throws IOException {
        shared = Files.createDirectory(host.resolve("shared"));
        directory = host.resolve("data/sandboxes");
    }

    @Test
    void isAbandonedOnceNobodyHoldsIt() throws Exception {
        var sign = give();
        sign.noteTable();
        assertThat(LifeSign.abandoned(shared)).isEmpty();

        sign.close();

        try (var left = LifeSign.abandoned(shared).getFirst()) {
            assertThat(left.instance()).isEqualTo(INSTANCE);
            assertThat(left.hasTable()).isTrue();
            assertThat(left.directory()).contains(directory);
            assertThat(LifeSign.abandoned(shared)).as("held by who clears up").isEmpty();
        }
    }

    @Test
    void isGoneOnceItsServerHasEnded() throws Exception {
        give().end();

        assertThat(LifeSign.abandoned(shared)).isEmpty();
        assertThat(LifeSign.isThere(shared, INSTANCE)).isFalse();
    }

    @Test
    void forgetsTheTableThatWasRemoved() throws Exception {
        try (var sign = give()) {
            sign.noteTable();
            sign.forgetTable();

            assertThat(sign.hasTable()).isFalse();
            assertThat(sign.directory()).contains(directory);
        }
    }

    @Test
    void isGivenByTheNextServerWhenWhoClearsUpLetsGo() throws Exception {
        give().close();
        var clearing = LifeSign.abandoned(shared).getFirst();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var next = threads.submit(this::give);
            clearing.end();

            next.get().close();
        }
        assertThat(LifeSign.isThere(shared, INSTANCE)).isTrue();
    }

    /// A path in a container need not lead to what it leads to on the host.
    @Test
    void meansItsDirectoryAndNoOtherAtTheSamePath() throws Exception {
        give().close();
        Files.move(directory, host.resolve("elsewhere"));
        Files.createDirectories(directory);

        try (var left = LifeSign.abandoned(shared).getFirst()) {
            assertThat(left.directory()).isEmpty();
        }
    }

    /// As a server leaves it that is killed in the middle of it.
    @Test
    void tellsOfNothingWhereItIsEmpty() throws Exception {
        Files.createFile(shared.resolve("server-0123abcd"));

        try (var left = LifeSign.abandoned(shared).getFirst()) {
            assertThat(left.hasTable()).isFalse();
            assertThat(left.directory()).isEmpty();
        }
    }

    private LifeSign give() throws IOException {
        return LifeSign.give(shared, INSTANCE, directory);
    }
}
