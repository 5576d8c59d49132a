package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuestImagesTest {
    @TempDir
    Path directory;

    private GuestImages images;
    private Path kept;
    private Path code;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(SquashfsImages.find().isPresent(), "needs mksquashfs (squashfs-tools)");
        kept = directory.resolve("images");
        images = GuestImages.in(kept);
        code = Files.createDirectory(directory.resolve("code"));
        Files.writeString(code.resolve("app.py"), "one");
    }

    private static String listing(Path image) throws Exception {
        var process = new ProcessBuilder("unsquashfs", "-ll", image.toString())
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void makesAnImageOnceOfTheSameFiles() throws Exception {
        var image = images.directory(code);
        var made = Files.readAttributes(image, "unix:ino").get("ino");

        assertThat(GuestImages.in(kept).directory(code)).isEqualTo(image);
        assertThat(Files.readAttributes(image, "unix:ino").get("ino")).isEqualTo(made);
        assertThat(listing(image)).contains("squashfs-root/app.py");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(image)))
                .isEqualTo("r--r--r--");
    }

    /// Packages of functions have the times that their zips say, often one and the same.
    @Test
    void tellsFilesApartThatHaveTheSameSizeAndTime() throws Exception {
        var time = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(code.resolve("app.py"), time);
        var image = images.directory(code);

        Files.writeString(code.resolve("app.py"), "two");
        Files.setLastModifiedTime(code.resolve("app.py"), time);

        assertThat(images.directory(code)).isNotEqualTo(image);
    }

    @Test
    void ofTheHostThereIsWhatEverybodyMayReadAndPlacesToMountAt() throws Exception {
        Files.writeString(code.resolve("secret"), "s3cr3t");
        Files.setPosixFilePermissions(code.resolve("secret"), PosixFilePermissions.fromString("rw-------"));

        var image = images.host(List.of(code));

        assertThat(listing(image))
                .contains("squashfs-root/proc", "squashfs-root/dev", "squashfs-root" + code + "/app.py")
                .doesNotContain("secret");
    }

    @Test
    void ofTheHostThereIsOneImageWhichIsTheSameUntilFilesChange() throws Exception {
        var image = images.host(List.of(code));

        Files.delete(Files.writeString(code.resolve("passing"), ""));
        Files.writeString(Files.createDirectory(code.resolve("__pycache__")).resolve("app.pyc"), "compiled");
        assertThat(images.host(List.of(code))).isEqualTo(image);

        Files.writeString(code.resolve("more.py"), "");
        assertThat(images.host(List.of(code))).isNotEqualTo(image).exists();
        assertThat(image).doesNotExist();
    }

    @Test
    void knowsWhatTheHostsImageHas() {
        assertThat(GuestImages.isOfHost(Path.of("/usr/lib/python3"))).isTrue();
        assertThat(GuestImages.isOfHost(Path.of("/usr/share/doc/x"))).isFalse();
        assertThat(GuestImages.isOfHost(Path.of("/opt/node"))).isFalse();
    }

    @Test
    void deletesWhatWasNotUsedForLongAndWhatWasNotFinished() throws Exception {
        var old = images.directory(code);
        Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
        var unfinished = Files.writeString(kept.resolve("dir-0.making"), "half");

        GuestImages.in(kept);

        assertThat(old).doesNotExist();
        assertThat(unfinished).doesNotExist();
        assertThat(images.directory(code)).exists();
    }

    @Test
    void leavesNothingHalfDone() throws Exception {
        assertThatThrownBy(() -> images.directory(directory.resolve("nothing")))
                .isInstanceOf(java.io.IOException.class);

        try (var files = Files.list(kept)) {
            assertThat(files).isEmpty();
        }
    }
}
