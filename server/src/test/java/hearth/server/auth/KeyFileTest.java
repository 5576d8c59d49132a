package hearth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
    private static final AccountId ACCOUNT = new AccountId("123456789012");

    private final Random random = new Random(1);
    private final Instant now = Instant.parse("2026-03-04T05:06:07Z");

    @TempDir
    private Path folder = Path.of("");

    private KeyFile keys() {
        return new KeyFile(folder.resolve("data").resolve(KeyFile.NAME), () -> now);
    }

    @Test
    void keepsKeysForTheNextProcess() {
        var lasting = keys().create(ACCOUNT, null, random);
        var temporary = keys().create(ACCOUNT, Duration.ofHours(1), random);

        assertThat(keys().list()).containsExactly(lasting, temporary);
        assertThat(lasting.id()).matches("AKIA[A-Z2-7]{16}");
        assertThat(lasting.secret()).hasSize(40);
        assertThat(temporary.id()).startsWith("ASIA");
        assertThat(temporary.sessionToken()).isNotBlank();
        assertThat(temporary.expires()).isEqualTo(now.plusSeconds(3600));
    }

    @Test
    void canBeReadByItsOwnerOnly() throws IOException {
        keys().create(ACCOUNT, null, random);

        var file = folder.resolve("data").resolve(KeyFile.NAME);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data"))))
                .isEqualTo("rwx------");
    }

    @Test
    void seesWhatOthersAddAndDelete() {
        var reader = keys();
        assertThat(reader.list()).isEmpty();

        var key = keys().create(ACCOUNT, null, random);
        assertThat(reader.list()).containsExactly(key);

        assertThat(keys().delete(key.id())).isTrue();
        assertThat(keys().delete(key.id())).isFalse();
        assertThat(reader.list()).isEmpty();
    }

    @Test
    void losesNoKeyWhenManyAreMadeAtOnce() {
        var made = new ConcurrentLinkedQueue<AccessKey>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 40; i++) {
                threads.execute(() -> made.add(keys().create(ACCOUNT, null, new java.security.SecureRandom())));
            }
        }

        assertThat(new HashSet<>(keys().list())).isEqualTo(new HashSet<>(made)).hasSize(40);
    }

    @Test
    void refusesAFileThatIsNotOne() throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data").resolve(KeyFile.NAME), "nonsense\n");

        assertThatThrownBy(() -> keys().list()).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void doesNotPrintSecrets() {
        var key = keys().create(ACCOUNT, Duration.ofHours(1), random);

        assertThat(key.toString()).doesNotContain(key.secret(), String.valueOf(key.sessionToken()));
    }
}
