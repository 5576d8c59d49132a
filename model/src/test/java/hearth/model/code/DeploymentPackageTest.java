package hearth.model.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeploymentPackageTest {
    private static final PackageLimits LIMITS = PackageLimits.DIRECT_UPLOAD;
    private static final String BAD_ZIP =
            "Could not unzip uploaded file. Please check your file, then try to upload again.";

    @TempDir
    private Path temporary;

    @Test
    void isSmallByWhatItsDirectorySays() {
        assertThat(DeploymentPackage.isSmall(new ZipForge().file("a", "1").build(), LIMITS))
                .isTrue();
        assertThat(DeploymentPackage.isSmall(
                        new ZipForge().file("a", "1".repeat(2 << 20)).build(), LIMITS))
                .isFalse();
        assertThat(DeploymentPackage.isSmall(new byte[10], LIMITS)).isTrue();
    }

    @Test
    void showsFilesWithTheirContentModesAndTimes() throws Exception {
        var zip = new ZipForge()
                .executable("bootstrap", "#!/bin/sh\n")
                .file("lib/data.txt", "x".repeat(200_000))
                .part("stored", "as it is", part -> part.method = 0);

        var unpacked = unpack(zip);

        assertThat(unpacked.content)
                .containsExactly(
                        entry("lib", "/"),
                        entry("bootstrap", "*#!/bin/sh\n"),
                        entry("lib/data.txt", "x".repeat(200_000)),
                        entry("stored", "as it is"));
        assertThat(unpacked.times).containsEntry("bootstrap", Instant.parse("2025-01-01T12:00:00Z"));
    }

    @Test
    void tellsHowMuchThePackageComesTo() {
        var zip = new ZipForge().file("a/b/c.txt", "12345").file("d.txt", "678").link("e", "d.txt");

        var contents = DeploymentPackage.check(zip.build(), LIMITS);

        assertThat(contents).isEqualTo(new DeploymentPackage.Contents(new Bytes(5 + 3 + 5), 5, false));
    }

    @Test
    void readsWhatTheJdkWrites() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new java.util.zip.ZipEntry("folder/"));
            zip.putNextEntry(new java.util.zip.ZipEntry("folder/ümlaut.txt"));
            zip.write(ZipForge.bytes("streamed, with a data descriptor"));
        }

        assertThat(unpack(out.toByteArray()).content)
                .containsExactly(entry("folder", "/"), entry("folder/ümlaut.txt", "streamed, with a data descriptor"));
    }

    @Test
    void toleratesDataBeforeAndAfterTheZip() throws Exception {
        var plain = new ZipForge().file("a", "1");
        var expected = entry("a", "1");

        assertThat(unpack(plain.after("#!/usr/bin/env python3\n")).content).containsExactly(expected);
        assertThat(unpack(plain.afterCounted("#!/bin/sh\n")).content).containsExactly(expected);
        assertThat(unpack(plain.comment("PK\5\6 said the comment, longer than any end record is")).content)
                .containsExactly(expected);
        assertThat(unpack(Arrays.copyOf(plain.build(), plain.build().length + 100)).content)
                .containsExactly(expected);
    }

    @Test
    void readsZip64() throws Exception {
        var zip = new ZipForge().zip64().file("a", "1").file("b/c", "2");

        assertThat(unpack(zip).content).containsExactly(entry("b", "/"), entry("a", "1"), entry("b/c", "2"));
        assertThat(unpack(zip.after("#!/bin/sh\n")).content).containsKey("b/c");
    }

    @Test
    void prefersTheTimeInUtcThatUnixWritersAdd() throws Exception {
        var time = Instant.parse("2024-02-29T23:59:59Z");
        var extra = ZipForge.buffer(9)
                .putShort((short) 0x5455)
                .putShort((short) 5)
                .put((byte) 1)
                .putInt((int) time.getEpochSecond())
                .array();

        var unpacked = unpack(new ZipForge().part("a", "1", part -> part.extra = extra));

        assertThat(unpacked.times).containsEntry("a", time);
    }

    @Test
    void takesAZeroTimeForTheFirstOfDos() throws Exception {
        var unpacked = unpack(new ZipForge().part("a", "1", part -> {
            part.dosDate = 0;
            part.dosTime = 0;
        }));

        assertThat(unpacked.times).containsEntry("a", Instant.parse("1980-01-01T00:00:00Z"));
    }

    @Test
    void readsNamesInUtf8WithOrWithoutTheFlagAndElseInCodePage437() throws Exception {
        var old = "ärger".getBytes(Charset.forName("IBM437"));

        var unpacked = unpack(new ZipForge()
                .part("größe", "1", part -> part.flags = 0)
                .part(old, ZipForge.bytes("2"), part -> part.flags = 0));

        assertThat(unpacked.content).containsExactly(entry("größe", "1"), entry("ärger", "2"));
    }

    @Test
    void treatsAZipFromWindowsAsPlainReadableFiles() throws Exception {
        var unpacked = unpack(new ZipForge().part("bootstrap", "1", part -> part.madeBy = 0));

        assertThat(unpacked.content).containsExactly(entry("bootstrap", "1"));
    }

    @Test
    void acceptsDirectoriesInAnyOrderAndMoreThanOnce() throws Exception {
        var unpacked = unpack(new ZipForge()
                .file("./a//b.txt", "1")
                .directory("a/")
                .directory("a")
                .directory("./"));

        assertThat(unpacked.content).containsExactly(entry("a", "/"), entry("a/b.txt", "1"));
    }

    @Test
    void acceptsAnEmptyFileThatIsDeflatedToNothing() throws Exception {
        var unpacked = unpack(new ZipForge().part("a", "", part -> part.data = new byte[0]));

        assertThat(unpacked.content).containsExactly(entry("a", ""));
    }

    @Test
    void showsLinksAsTheyAreWhereverTheyLead() throws Exception {
        var unpacked = unpack(new ZipForge()
                .file("lib/libz.so.1.2", "so")
                .link("lib/libz.so", "libz.so.1.2")
                .link("lib/up", "../lib/./libz.so")
                .link("nowhere", "not/there/yet/../../../lib")
                .link("node_modules", "/opt/nodejs/node_modules")
                .link("cache", "/tmp")
                .link("out", "../../..")
                .link("circle", "circle"));

        assertThat(unpacked.content)
                .contains(
                        entry("lib/libz.so", "-> libz.so.1.2"),
                        entry("lib/up", "-> ../lib/./libz.so"),
                        entry("nowhere", "-> not/there/yet/../../../lib"),
                        entry("node_modules", "-> /opt/nodejs/node_modules"),
                        entry("cache", "-> /tmp"),
                        entry("out", "-> ../../.."),
                        entry("circle", "-> circle"));
    }

    /// As on AWS, which makes no folders of them either.
    @Test
    void keepsBackslashesInNamesAndTellsOfThem() throws Exception {
        var zip =
                new ZipForge().file("wwwroot\\app.css", "1").file("..\\a", "2").file("C:\\b", "3");

        assertThat(unpack(zip).content)
                .containsExactly(entry("wwwroot\\app.css", "1"), entry("..\\a", "2"), entry("C:\\b", "3"));
        assertThat(DeploymentPackage.check(zip.build(), LIMITS).backslashes()).isTrue();
        assertThat(DeploymentPackage.check(new ZipForge().file("a/b", "1").build(), LIMITS)
                        .backslashes())
                .isFalse();
    }

    /// Maven's archiver has written directories with all of these bits.
    @ParameterizedTest
    @ValueSource(ints = {0177777, 0, 0100644, 0120777, 0010644})
    void takesWhatEndsInASlashForADirectoryWhateverItsMode(int mode) throws Exception {
        var unpacked = unpack(
                new ZipForge().part("META-INF/", "", part -> part.mode = mode).file("META-INF/MANIFEST.MF", "1"));

        assertThat(unpacked.content).containsExactly(entry("META-INF", "/"), entry("META-INF/MANIFEST.MF", "1"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0177777, 0777, 0150755, 0030755})
    void takesModesThatUnixDoesNotKnowForFiles(int mode) throws Exception {
        var unpacked = unpack(new ZipForge().part("bootstrap", "1", part -> part.mode = mode));

        assertThat(unpacked.content).containsExactly(entry("bootstrap", "*1"));
    }

    /// FAT, NTFS, what Info-ZIP takes for NTFS, VFAT: only their own attributes count, as on AWS.
    @ParameterizedTest
    @ValueSource(ints = {0, 10, 11, 14})
    void readsZipsOfWindows(int host) throws Exception {
        var unpacked = unpack(new ZipForge()
                .part("folder/", "", part -> part.madeBy = host)
                .part("folder/bootstrap", "1", part -> {
                    part.madeBy = host;
                    part.mode = 0100755;
                })
                .part("empty", "", part -> {
                    part.madeBy = host;
                    part.mode = 0;
                    part.attributes = 0x10;
                })
                .part("link", "elsewhere", part -> {
                    part.madeBy = host;
                    part.mode = 0120777;
                }));

        assertThat(unpacked.content)
                .containsExactly(
                        entry("folder", "/"),
                        entry("empty", "/"),
                        entry("folder/bootstrap", "1"),
                        entry("link", "elsewhere"));
    }

    @Test
    void saysWhyItRefusesForTheLogAlone() {
        var refusal = refusal(new ZipForge().file("a/../../evil\n", "1").build(), LIMITS);

        assertThat(refusal).hasMessage(BAD_ZIP);
        assertThat(refusal.reason()).isEqualTo("a path leads upwards: a/../../evil?");
    }

    static Stream<Arguments> badZips() {
        var wide = new ZipForge().file("a", "1");
        return Stream.of(
                bad("a path upwards", new ZipForge().file("../evil", "1")),
                bad("a path upwards further in", new ZipForge().file("a/../../evil", "1")),
                bad("an absolute path", new ZipForge().file("/etc/passwd", "1")),
                bad("a NUL", new ZipForge().file("a\0b", "1")),
                bad("no name", new ZipForge().file("", "1")),
                bad("only dots for a name", new ZipForge().file("./.", "1")),
                bad("a long path", new ZipForge().file("a/".repeat(512) + "b", "1")),
                bad("a long name", new ZipForge().file("a".repeat(256), "1")),
                bad(
                        "a name that is not the UTF-8 it says",
                        new ZipForge().part(new byte[] {'a', -1}, new byte[1], _ -> {})),
                bad("an empty link", new ZipForge().link("a", "")),
                bad("a link with a NUL", new ZipForge().link("a", "b\0c")),
                bad("a long link", new ZipForge().link("a", "b/".repeat(2_048) + "c")),
                bad("a file through a link", new ZipForge().link("a", "b").file("a/evil", "1")),
                bad(
                        "a file through a link that comes later",
                        new ZipForge().file("a/evil", "1").link("a", "b")),
                bad(
                        "a file and a link of one name",
                        new ZipForge().link("a", "b").file("a", "1")),
                bad("a file twice", new ZipForge().file("a", "1").file("a", "2")),
                bad(
                        "a file twice, spelt differently",
                        new ZipForge().file("a/b", "1").file("a/./b", "2")),
                bad("a file in a file", new ZipForge().file("a", "1").file("a/b", "2")),
                bad("a directory with content", new ZipForge().part("a/", "content", _ -> {})),
                bad("a device", new ZipForge().part("a", "", part -> part.mode = 0020666)),
                bad("a pipe", new ZipForge().part("a", "", part -> part.mode = 0010666)),
                bad("encryption", new ZipForge().part("a", "1", part -> part.flags |= 1)),
                bad("strong encryption", new ZipForge().part("a", "1", part -> part.flags |= 1 << 6)),
                bad("a method that no one has", new ZipForge().part("a", "1", part -> part.method = 14)),
                bad("a wrong checksum", new ZipForge().part("a", "1", part -> part.crc = 1L)),
                bad("a wrong checksum of a link", new ZipForge().part("a", "b", part -> {
                            part.mode = 0120777;
                            part.crc = 1L;
                        })),
                bad("more than it says", new ZipForge().part("a", "12345", part -> part.size = 4L)),
                bad("less than it says", new ZipForge().part("a", "12345", part -> part.size = 6L)),
                bad("stored in less than its size", new ZipForge().part("a", "12345", part -> {
                            part.method = 0;
                            part.size = 6L;
                        })),
                bad(
                        "data that is not deflated",
                        new ZipForge().part("a", "1", part -> part.data = new byte[] {7, 7, 7})),
                bad(
                        "data without an end",
                        new ZipForge()
                                .part(
                                        "a",
                                        "1",
                                        part -> part.data = Arrays.copyOf(ZipForge.deflate(new byte[5000]), 5))),
                bad(
                        "data after its end",
                        new ZipForge()
                                .part(
                                        "a",
                                        "1",
                                        part -> part.data = Arrays.copyOf(ZipForge.deflate(ZipForge.bytes("1")), 50))),
                bad(
                        "data that runs into the directory",
                        new ZipForge().part("a", "1", part -> part.compressedSize = 4L)),
                bad(
                        "data of a terabyte",
                        new ZipForge().zip64().part("a", "1", part -> part.compressedSize = 1L << 40)),
                bad("a negative size", new ZipForge().zip64().part("a", "1", part -> part.compressedSize = -5L)),
                bad("a header elsewhere", new ZipForge().part("a", "1", part -> part.headerOffset = 1_000_000L)),
                bad(
                        "a header at the end of all numbers",
                        new ZipForge().zip64().part("a", "1", part -> part.headerOffset = Long.MAX_VALUE)),
                bad(
                        "another name in its header",
                        new ZipForge().part("a", "1", part -> part.localName = ZipForge.bytes("other"))),
                bad(
                        "two entries of the same bytes",
                        new ZipForge().part("a", "1", _ -> {}).part("b", "1", part -> part.headerOffset = 0L)),
                bad("an entry within another's data", overlapping()),
                bad("a count too high", wide.claimingMoreEntries(1)));
    }

    private static Arguments bad(String what, ZipForge zip) {
        return Arguments.of(what, zip.build());
    }

    /// The first entry's stored data holds the header and data of the second.
    private static ZipForge overlapping() {
        var inner = new ZipForge().part("b", "1", part -> part.method = 0).build();
        return new ZipForge()
                .part(ZipForge.bytes("a"), inner, part -> part.method = 0)
                .part("b", "1", part -> {
                    part.method = 0;
                    part.headerOffset = 31L;
                });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badZips")
    void refusesAZipWith(String what, byte[] zip) {
        assertRefused(zip, BAD_ZIP);
    }

    @Test
    void refusesEveryBeginningOfAZip() {
        var zip = new ZipForge().file("a/b.txt", "some content").link("c", "a").build();

        for (int length = 1; length < zip.length; length++) {
            assertRefused(Arrays.copyOf(zip, length), BAD_ZIP);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"not a zip at all", "PK\3\4", "PK\5\6", "\0"})
    void refusesWhatIsNoZip(String text) {
        assertRefused(ZipForge.bytes(text), BAD_ZIP);
    }

    @Test
    void saysWhenAZipIsEmpty() {
        assertRefused(new byte[0], "Uploaded file must be a non-empty zip");
        assertRefused(new ZipForge().build(), "Uploaded file must be a non-empty zip");
    }

    @Test
    void refusesAZipThatIsTooLarge() {
        var zip = new ZipForge().file("a", "1").build();

        assertThat(refusal(zip, LIMITS.withZipped(new Bytes(zip.length)))).satisfies(refusal -> {
            assertThat(refusal.error()).isEqualTo(ApiError.REQUEST_ENTITY_TOO_LARGE);
            assertThat(refusal).hasMessage("Zipped size must be smaller than " + zip.length + " bytes");
        });
        assertThat(DeploymentPackage.check(zip, LIMITS.withZipped(new Bytes(zip.length + 1))))
                .isNotNull();
    }

    @Test
    void refusesABombBeforeItUnpacksAnything() {
        var bomb = new ZipForge()
                .part("zeros", "0", part -> part.size = 150_000_000L)
                .part("more", "0", part -> part.size = 150_000_000L)
                .build();

        assertThatThrownBy(() -> DeploymentPackage.walk(bomb, LIMITS, new Unpacked()))
                .hasMessage("Unzipped size must be smaller than 262144000 bytes");
    }

    @Test
    void refusesABombThatLiesAboutItsSize() {
        var bomb = new ZipForge()
                .part(ZipForge.bytes("zeros"), new byte[30_000_000], part -> part.size = 10L)
                .build();

        assertRefused(bomb, BAD_ZIP);
    }

    @Test
    void countsUnpackedBytesUpToTheLimit() {
        var zip = new ZipForge().file("a", "12345").file("b", "67890").build();

        assertThat(DeploymentPackage.check(zip, LIMITS.withUnzipped(new Bytes(11)))
                        .unzipped())
                .isEqualTo(new Bytes(10));
        assertThat(refusal(zip, LIMITS.withUnzipped(new Bytes(10))))
                .hasMessage("Unzipped size must be smaller than 10 bytes");
    }

    @Test
    void countsDirectoriesThatAPathOnlyImplies() {
        var limits = new PackageLimits(LIMITS.zipped(), LIMITS.unzipped(), 5, 1_000);

        assertThat(DeploymentPackage.check(new ZipForge().file("a/b/c/d/e", "1").build(), limits)
                        .entries())
                .isEqualTo(5);
        assertThat(refusal(new ZipForge().file("a/b/c/d/e/f", "1").build(), limits))
                .hasMessage(BAD_ZIP);
    }

    @Test
    void readsAZipFromAFile() throws Exception {
        var file = Files.write(
                temporary.resolve("zip"), new ZipForge().file("a/b", "1").build());

        var unpacked = new Unpacked();
        try (var channel = FileChannel.open(file)) {
            DeploymentPackage.walk(channel, LIMITS, unpacked);
        }

        assertThat(unpacked.content).containsExactly(entry("a", "/"), entry("a/b", "1"));
    }

    private Unpacked unpack(ZipForge zip) throws IOException {
        return unpack(zip.build());
    }

    private Unpacked unpack(byte[] zip) throws IOException {
        var file = Files.write(temporary.resolve("package.zip"), zip);
        var unpacked = new Unpacked();
        try (var channel = FileChannel.open(file)) {
            DeploymentPackage.walk(channel, LIMITS, unpacked);
        }
        DeploymentPackage.check(zip, LIMITS);
        return unpacked;
    }

    private static void assertRefused(byte[] zip, String message) {
        assertThat(refusal(zip, LIMITS)).hasMessage(message);
    }

    private static ApiException refusal(byte[] zip, PackageLimits limits) {
        try {
            DeploymentPackage.check(zip, limits);
        } catch (ApiException e) {
            return e;
        }
        throw new AssertionError("The zip was accepted");
    }
}
