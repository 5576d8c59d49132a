package hearth.server.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void keepsSoManyFilesOfSuchASize() throws IOException {
        try (var file = new RotatingFile(folder.resolve("a.log"), 10, 3)) {
            for (int i = 0; i < 9; i++) {
                append(file, "line" + i + "\n");
            }
        }

        assertThat(text("a.log")).isEqualTo("line8\n");
        assertThat(text("a.log.1")).isEqualTo("line7\n");
        assertThat(text("a.log.2")).isEqualTo("line6\n");
        assertThat(folder.resolve("a.log.3")).doesNotExist();
    }

    @Test
    void goesOnWhereTheLastServerStopped() throws IOException {
        for (int run = 0; run < 2; run++) {
            try (var file = new RotatingFile(folder.resolve("a.log"), 100, 2)) {
                append(file, "run" + run + "\n");
            }
        }

        assertThat(text("a.log")).isEqualTo("run0\nrun1\n");
        assertThat(Files.getPosixFilePermissions(folder.resolve("a.log")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void keepsOneFileIfNoMoreAreWanted() throws IOException {
        try (var file = new RotatingFile(folder.resolve("a.log"), 10, 1)) {
            append(file, "first\n");
            append(file, "second\n");
        }

        assertThat(text("a.log")).isEqualTo("second\n");
        assertThat(folder.resolve("a.log.1")).doesNotExist();
    }

    @Test
    void losesLinesWhereNothingCanBeWrittenAndGoesOnLater() throws IOException {
        var place = Files.createDirectory(folder.resolve("a.log"));
        try (var file = new RotatingFile(place, 100, 2)) {
            append(file, "lost\n");
            Files.delete(place);
            append(file, "kept\n");
        }

        assertThat(text("a.log")).isEqualTo("kept\n");
    }

    private static void append(RotatingFile file, String line) {
        file.append(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), 1);
    }

    private String text(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }
}
