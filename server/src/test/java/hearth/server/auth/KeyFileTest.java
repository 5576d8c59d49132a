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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void keepsWhoHoldsAKey() {
        var service = keys().create(ACCOUNT, new Holder.Service("s3.amazonaws.com"), null, random);
        var temporary = keys().create(
                        ACCOUNT, new Holder.Service("logs.eu-north-1.amazonaws.com"), Duration.ofHours(1), random);
        var member = keys().create(ACCOUNT, new Holder.Member(new Organization("o-a1b2c3d4e5", "")), null, random);
        var placed = keys().create(
                        ACCOUNT,
                        new Holder.Member(new Organization("o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/")),
                        Duration.ofHours(1),
                        random);
        var plain = keys().create(ACCOUNT, null, random);

        assertThat(keys().list()).containsExactly(service, temporary, member, placed, plain);
    }

    /// A version that knows of no holders must not take a key of a service for one of an account.
    @Test
    void hasTheLinesOfEarlierVersionsButForHolders() throws IOException {
        var plain = keys().create(ACCOUNT, null, random);
        var temporary = keys().create(ACCOUNT, Duration.ofHours(1), random);
        keys().create(ACCOUNT, new Holder.Service("s3.amazonaws.com"), Duration.ofHours(1), random);
        keys().create(ACCOUNT, new Holder.Member(new Organization("o-a1b2c3d4e5", "")), null, random);

        var lines = Files.readAllLines(folder.resolve("data").resolve(KeyFile.NAME));
        assertThat(lines.subList(1, 3))
                .containsExactly(
                        plain.id() + "\t" + plain.secret() + "\t123456789012\t2026-03-04T05:06:07Z",
                        temporary.id() + "\t" + temporary.secret() + "\t123456789012\t2026-03-04T05:06:07Z\t"
                                + temporary.sessionToken() + "\t2026-03-04T06:06:07Z");
        assertThat(lines.subList(3, 5)).hasSize(2).allSatisfy(line -> assertThat(AccountId.isValid(line.split("\t")[2]))
                .isFalse());
    }

    @Test
    void readsTheFilesOfEarlierVersions() throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data").resolve(KeyFile.NAME), """
                # Access keys of Hearth: id, secret, account, created, and for temporary ones session token, expiry.
                AKIAIOSFODNN7EXAMPLE\tsecret\t123456789012\t2026-03-04T05:06:07Z
                ASIAIOSFODNN7EXAMPLE\tsecret\t123456789012\t2026-03-04T05:06:07Z\ttoken\t2026-03-04T06:06:07Z
                """);

        assertThat(keys().list())
                .containsExactly(
                        new AccessKey("AKIAIOSFODNN7EXAMPLE", "secret", ACCOUNT, now, null, null),
                        new AccessKey("ASIAIOSFODNN7EXAMPLE", "secret", ACCOUNT, now, "token", now.plusSeconds(3600)));
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "AKIA\tsecret\t123456789012",
                "AKIA\tsecret\tservice=s3.amazonaws.com\t2026-03-04T05:06:07Z",
                "AKIA\tsecret\tservice=s3\t123456789012\t2026-03-04T05:06:07Z",
                "AKIA\tsecret\tservice=\t123456789012\t2026-03-04T05:06:07Z",
                "AKIA\tsecret\torg=a1b2c3d4e5\t123456789012\t2026-03-04T05:06:07Z",
                "AKIA\tsecret\torg=o-a1b2c3d4e5/x/\t123456789012\t2026-03-04T05:06:07Z",
                "AKIA\tsecret\tuser=ann\t123456789012\t2026-03-04T05:06:07Z"
            })
    void refusesAFileThatIsNotOne(String line) throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data").resolve(KeyFile.NAME), line + "\n");

        assertThatThrownBy(() -> keys().list()).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void doesNotPrintSecrets() {
        var key = keys().create(ACCOUNT, Duration.ofHours(1), random);

        assertThat(key.toString()).doesNotContain(key.secret(), String.valueOf(key.sessionToken()));
    }
}
