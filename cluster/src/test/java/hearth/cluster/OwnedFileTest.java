package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedFileTest {
    @TempDir
    Path folder;

    @Test
    void isReplacedWhole() throws IOException {
        var file = folder.resolve("keys");

        OwnedFile.replace(file, "a longer text\n");
        OwnedFile.replace(file, "ä\n");

        assertThat(file).hasContent("ä\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void isItsOwnersAloneWhateverWasLeftThere() throws IOException {
        var file = folder.resolve("keys");
        Files.writeString(folder.resolve("keys.new"), "half of what was written when the power went");
        Files.setPosixFilePermissions(folder.resolve("keys.new"), PosixFilePermissions.fromString("rw-rw-rw-"));

        OwnedFile.replace(file, "text");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void staysAsItWasIfItCannotBeReplaced() throws IOException {
        var file = folder.resolve("keys");
        OwnedFile.replace(file, "old");
        Files.createDirectories(folder.resolve("keys.new/in-the-way"));

        assertThatThrownBy(() -> OwnedFile.replace(file, "new")).isInstanceOf(IOException.class);

        assertThat(file).hasContent("old");
    }
}
