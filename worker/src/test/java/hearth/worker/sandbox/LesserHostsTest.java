package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// Hosts that have less than the one that these tests run on: containers, CI jobs, users who are not root. Each is
/// made of this one by taking something away, and gets the strongest kind of sandbox that works there.
final class LesserHostsTest {
    private static final Path NFT = Path.of("/usr/sbin/nft");
    private static final List<String> FAKE_ROOT = List.of("unshare", "-Urmp", "--mount-proc", "--fork");

    /// Sees no signs of other servers: nft is rightly run for one that was killed, and tests of that may run meanwhile.
    private static final String ALONE = "mkdir -p /run/hearth\nmount -t tmpfs -o mode=700 tmpfs /run/hearth";

    private Path directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        assumeTrue(Privileges.own().isRoot(), "only root can take things away");
        assumeTrue(Files.isExecutable(SandboxRun.launcher()), "needs the launcher");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bubblewrap");
        directory = Files.createTempDirectory(
                "hearth-lesser", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx")));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @AfterEach
    void removeDirectory() throws IOException {
        if (directory != null) {
            Leftovers.deleteTree(directory);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sys_admin, bubblewrap",
        "net_admin, bubblewrap",
        "sys_admin;net_admin, bubblewrap",
        "setuid, bubblewrap",
        "setgid, bubblewrap",
        "setpcap, bubblewrap"
    })
    void rootWithoutRights(String capabilities, String kind) throws Exception {
        var rights = Stream.of(capabilities.split(";")).map(each -> "-" + each).collect(Collectors.joining(","));

        assertThat(server(List.of("setpriv", "--bounding-set", rights, "--inh-caps", rights), "auto"))
                .contains("refused namespaces: ")
                .endsWith(kind + " says hello\n");
    }

    @ParameterizedTest
    @CsvSource({"auto, bubblewrap", "bubblewrap, bubblewrap", "process, process"})
    void rootOfItsOwnNamespacesOnly(String wanted, String kind) throws Exception {
        assertThat(server(FAKE_ROOT, wanted)).endsWith(kind + " says hello\n");
    }

    @Test
    void rootOfItsOwnNamespacesThatMayMakeNoMore() throws Exception {
        var command = new ArrayList<>(FAKE_ROOT);
        command.addAll(script("echo 0 > /proc/sys/user/max_user_namespaces"));

        assertThat(server(command, "auto"))
                .contains("refused namespaces: ", "refused bubblewrap: ")
                .endsWith("process says hello\n");
    }

    @Test
    void aUserWhoIsNotRoot() throws Exception {
        var user = List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
        var readable = new ArrayList<>(user);
        readable.addAll(List.of("test", "-r", classes().getFirst()));
        assumeTrue(
                new ProcessBuilder(readable).start().waitFor() == 0, "other users cannot read this checkout's classes");

        assertThat(server(user, "auto"))
                .contains("refused namespaces: the server does not run as root")
                .endsWith("bubblewrap says hello\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no cgroups that can be written | bubblewrap | for m in $(findmnt -rnt cgroup,cgroup2 -o TARGET); do mount -o remount,bind,ro $m; done",
                "no cgroups at all | bubblewrap | umount -R /sys/fs/cgroup",
                "no settings that can be written | namespaces | mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys",
                "no nft | namespaces | mount --bind /dev/null /usr/sbin/nft",
                "no loop devices | namespaces | mount --bind /dev/null /dev/loop-control",
                "no place for locks | bubblewrap | mkdir -p /run/hearth && mount -t tmpfs -o ro none /run/hearth",
                "no bubblewrap and no rights | process | mount --bind /dev/null /usr/bin/bwrap; for m in $(findmnt -rnt cgroup,cgroup2 -o TARGET); do mount -o remount,bind,ro $m; done",
            })
    void hostsThatLackSomething(String what, String kind, String taking) throws Exception {
        var command = new ArrayList<>(List.of("unshare", "-m"));
        command.addAll(script(taking));

        assertThat(server(command, "auto")).as(what).endsWith(kind + " says hello\n");
    }

    /// Not even to look for what an earlier server left: that takes rights too.
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MICROVM")
    void nftIsNotRunWhereItIsNotNeeded(SandboxKind kind) throws Exception {
        assumeTrue(Firewall.available(), "needs nft");

        assertThat(server(recordingNft(ALONE), kind.label(), "no internet")).endsWith(kind.label() + " says hello\n");

        assertThat(directory.resolve("nft")).as(this::log).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"NAMESPACES", "MICROVM"})
    void nftIsNotRunForKindsThatHaveTheHostsNetwork(SandboxKind kind) throws Exception {
        assumeTrue(Firewall.available(), "needs nft");

        assertThat(server(recordingNft(ALONE), kind.label())).endsWith(kind.label() + " says hello\n");

        assertThat(directory.resolve("nft")).as(this::log).doesNotExist();
    }

    /// That nft would be noticed.
    @Test
    void nftIsRunForTheInternet() throws Exception {
        assumeTrue(Firewall.available(), "needs nft");

        assertThat(server(recordingNft(""), "namespaces")).endsWith("namespaces says hello\n");

        assertThat(directory.resolve("nft")).exists();
    }

    /// In place of nft, a program that leaves word when it is run.
    ///
    /// @param first what else is done before the server starts
    private List<String> recordingNft(String first) throws IOException {
        var recording = directory.resolve("recording-nft");
        Files.writeString(recording, "#!/bin/sh\ntouch %s\n".formatted(directory.resolve("nft")));
        Files.setPosixFilePermissions(recording, PosixFilePermissions.fromString("rwxr-xr-x"));
        var command = new ArrayList<>(List.of("unshare", "-m"));
        command.addAll(script("set -e\nmount --bind %s %s\n%s".formatted(recording, NFT, first)));
        return command;
    }

    /// A command that does something and then becomes the one that follows.
    private static List<String> script(String first) {
        return List.of("sh", "-c", first + "\nexec \"$@\"", "sh");
    }

    private String server(List<String> within, String wanted) throws Exception {
        return server(within, wanted, "internet");
    }

    /// What a server says that is started by another command.
    private String server(List<String> within, String wanted, String network) throws Exception {
        var command = new ArrayList<>(within);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", String.join(":", classes()), ChoosingServer.class.getName()));
        command.addAll(List.of(
                SandboxRun.launcher().toString(), directory.resolve("sandboxes").toString(), wanted, network));
        var output = directory.resolve("output").toFile();
        var process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(output)
                .redirectError(directory.resolve("log").toFile())
                .start();
        try {
            assertThat(process.waitFor(SandboxRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).as(this::log).isZero();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output.toPath());
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException none) {
            return "";
        }
    }

    /// The project's own classes: libraries may lie where other users cannot read them, and none is needed here.
    private static List<String> classes() {
        var path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(path.split(":"))
                .filter(each -> Files.isDirectory(Path.of(each)) || each.contains("/model/target/"))
                .map(each -> Path.of(each).toAbsolutePath().toString())
                .toList();
    }
}
