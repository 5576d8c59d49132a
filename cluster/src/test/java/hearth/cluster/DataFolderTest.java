package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFolderTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void isItsOwnersAlone() throws IOException {
        DataFolder.prepare(folder.resolve("new"));

        assertThat(permissions("new")).isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxr-xr-x", "rwxrwx---", "rwx--x--x"})
    void isClosedToOthersIfItWasOpen(String open) throws IOException {
        make("data", open, "hearth.db");

        DataFolder.prepare(folder.resolve("data"));

        assertThat(permissions("data")).isEqualTo("rwx------");
    }

    @Test
    void isClosedToOthersWhileNothingIsInIt() throws IOException {
        make("data", "rwxrwxrwx");

        DataFolder.prepare(folder.resolve("data"));

        assertThat(permissions("data")).isEqualTo("rwx------");
    }

    @Test
    void isRefusedWhereEveryoneMayHaveWritten() throws IOException {
        make("data", "rwxrwxrwx", "hearth.db");

        assertThatThrownBy(() -> DataFolder.prepare(folder.resolve("data")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("chmod 700 " + folder.resolve("data"));
        assertThat(permissions("data")).isEqualTo("rwxrwxrwx");
    }

    @Test
    void isNotAFolderOfOtherThings() throws IOException {
        make("home", "rwxr-xr-x", "notes.txt");

        assertThatThrownBy(() -> DataFolder.prepare(folder.resolve("home")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("--data " + folder.resolve("home/hearth"));
        assertThat(permissions("home")).isEqualTo("rwxr-xr-x");
    }

    private void make(String name, String permissions, String... files) throws IOException {
        var made = Files.createDirectory(folder.resolve(name));
        for (var file : files) {
            Files.createFile(made.resolve(file));
        }
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(permissions));
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
    }
}
