package hearth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.server.http.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedKeysTest {
    private static final AccountId ACCOUNT = new AccountId("123456789012");

    private final Random random = new Random(1);

    @TempDir
    private Path folder = Path.of("");

    /// Another process's view of the file.
    private KeyFile file() {
        return new KeyFile(folder.resolve(KeyFile.NAME), InstantSource.system());
    }

    @Test
    void findsWhatIsThereAndWhatIsAddedAndForgetsWhatIsDeleted() throws IOException {
        var old = file().create(ACCOUNT, null, random);
        try (var keys = WatchedKeys.of(file())) {
            assertThat(keys.find(old.id())).contains(old);
            assertThat(keys.find("AKIAUNKNOWN")).isEmpty();

            var added = file().create(ACCOUNT, null, random);
            Await.until("the new one is known", () -> keys.find(added.id()).isPresent());

            file().delete(old.id());
            Await.until("the old one is forgotten", () -> keys.find(old.id()).isEmpty());
            assertThat(keys.find(added.id())).contains(added);
        }
    }

    @Test
    void keepsWhatItKnewWhileTheFileCannotBeRead() throws IOException {
        var old = file().create(ACCOUNT, null, random);
        var good = Files.readString(folder.resolve(KeyFile.NAME));
        try (var keys = WatchedKeys.of(file())) {
            Files.writeString(folder.resolve(KeyFile.NAME), "nonsense\n");
            assertThatThrownBy(() -> file().list()).hasMessageContaining("Cannot read the access keys");
            assertThat(keys.find(old.id())).contains(old);

            Files.writeString(folder.resolve(KeyFile.NAME), good);
            var added = file().create(ACCOUNT, null, random);
            Await.until("it goes on", () -> keys.find(added.id()).isPresent());
            assertThat(keys.find(old.id())).contains(old);
        }
    }

    @Test
    void saysSoWhenItCannotBegin() throws IOException {
        Files.writeString(folder.resolve(KeyFile.NAME), "nonsense\n");

        assertThatThrownBy(() -> WatchedKeys.of(file())).isInstanceOf(IOException.class);
    }
}
