package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.sandbox.SandboxProcess.Exit;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the filter of system calls does to programs: the dangerous fail, the useful do not notice it.
final class SystemCallsTest {
    private static final List<String> PROGRAMS = List.of("calls.c", "common.py", "common.cjs", "Common.java");

    @TempDir
    static Path directory;

    static Path code;
    static NamespaceSandboxFactory factory;

    @BeforeAll
    static void start() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        code = SandboxRun.readableDirectory(directory.resolve("code"));
        for (var program : PROGRAMS) {
            try (var source = SystemCallsTest.class.getResourceAsStream(program)) {
                Files.copy(source, code.resolve(program));
            }
        }
        factory = SandboxRun.namespaces(SandboxRun.config(directory.resolve("sandboxes")));
    }

    @AfterAll
    static void end() {
        if (factory != null) {
            factory.close();
        }
    }

    @Test
    void refusesDangerousSystemCalls() throws Exception {
        var calls = Map.of(
                "unshare", "unshare -U true",
                "mount", "perl -e 'exit(syscall(165, 0, 0, 0, 0, 0) == 0 ? 0 : $!{EPERM} ? 1 : 2)'",
                "ptrace", "perl -e 'exit(syscall(101, 0, 0, 0, 0) == 0 ? 0 : $!{EPERM} ? 1 : 2)'",
                "bpf", "perl -e 'exit(syscall(321, 0, 0, 0) == 0 ? 0 : $!{EPERM} ? 1 : 2)'",
                "keyctl", "perl -e 'exit(syscall(250, 0, -3, 0) >= 0 ? 0 : $!{EPERM} ? 1 : 2)'",
                "io_uring_setup", "perl -e 'exit(syscall(425, 1, 0) >= 0 ? 0 : $!{ENOSYS} ? 1 : 2)'",
                "clone3", "perl -e 'exit(syscall(435, 0, 0) >= 0 ? 0 : $!{ENOSYS} ? 1 : 2)'",
                "packet socket",
                        "perl -MSocket -e 'socket(my $s, 17, 3, 0) and exit 0; exit($!{EAFNOSUPPORT} ? 1 : 2)'",
                "raw socket", "perl -MSocket -e 'socket(my $s, 2, 3, 1) and exit 0; exit($!{EPERM} ? 1 : 2)'",
                "new user namespace by clone",
                        "perl -e 'exit(syscall(56, 0x10000011, 0, 0, 0, 0) >= 0 ? 0 : $!{EPERM} ? 1 : 2)'");
        assumeAmd64();
        try (var sandbox = factory.create(spec())) {
            for (var call : calls.entrySet()) {
                assertThat(run(sandbox, call.getValue()).exit())
                        .as(call.getKey())
                        .isEqualTo(new Exit.Status(1));
            }
        }
    }

    /// A program for another architecture has other numbers. Some kernels refuse them to everybody, and then
    /// nothing is to be seen here of the filter.
    @Test
    void killsWhoMakesCallsOfAnotherArchitecture() throws Exception {
        assumeAmd64();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "needs gcc");
        var getpid32 =
                "int main(void) { int r; __asm__ volatile(\"int $0x80\" : \"=a\"(r) : \"a\"(20)); return r > 0; }";
        var source = Files.writeString(code.resolve("getpid32.c"), getpid32);
        var program = code.resolve("getpid32");
        new ProcessBuilder("gcc", "-o", program.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        var outside = new ProcessBuilder(program.toString()).start().waitFor();
        try (var sandbox = factory.create(spec(new Mount(code, "/var/task")))) {
            var inside = run(sandbox, "exec /var/task/getpid32").exit();

            assertThat(inside).isInstanceOf(Exit.Signal.class);
            assumeTrue(outside == 1, "this host's kernel makes no 32-bit calls for anybody: status " + outside);
            assertThat(inside).isEqualTo(new Exit.Signal(31));
        }
    }

    @Test
    void makesTheSocketsThatProgramsUse() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var result = run(
                    sandbox,
                    "perl -MSocket -e 'for ([1,1,0],[2,1,6],[2,2,17],[10,1,6],[16,3,0]) { socket(my $s, $$_[0], $$_[1], $$_[2]) or die \"@$_ $!\" } print \"all\"'");

            assertThat(result.output()).isEqualTo("all");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-static"})
    void runsWhatGccBuildsAndEveryCallThatLibrariesMake(String option) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "needs gcc");
        runs("cd /tmp && gcc -O1 %s -pthread -o calls /var/task/calls.c && exec ./calls".formatted(option));
    }

    @Test
    void runsPython() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs Debian's python3");
        runs("exec python3 /var/task/common.py");
    }

    @Test
    void runsPythonWithNumpy() throws Exception {
        var prefix = pythonWithNumpy();
        assumeTrue(!prefix.isEmpty(), "needs a python3 with numpy, of pyenv or Debian");
        runs(
                "exec %s /var/task/common.py numpy".formatted(prefix.getFirst().resolve("bin/python3")),
                prefix.stream()
                        .filter(path -> !path.startsWith("/usr"))
                        .map(path -> new Mount(path, path.toString()))
                        .toArray(Mount[]::new));
    }

    @Test
    void runsNode() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/node")), "needs node");
        runs("exec node /var/task/common.cjs");
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void runsJava(int version) throws Exception {
        var home = javaHome(version);
        assumeTrue(!home.isEmpty(), "needs JDK " + version);
        for (var collector : List.of("Serial", "Parallel", "G1", "Z")) {
            runs("exec %s/bin/java -XX:+Use%sGC -Xmx256m /var/task/Common.java".formatted(home.getFirst(), collector));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " @ ",
            value = {
                "git @ git init -q r && cd r && git config user.email a@b && git config user.name c && echo x > f && git add f && git commit -qm m && git clone -q . ../s && git -C ../s gc -q && git -C ../s log --format=%s",
                "curl @ echo m > f && curl -sS file:///tmp/f",
                "perl @ perl -MIO::Select -MPOSIX -e 'pipe(R, W); if (!fork) { print W \"m\\n\"; exit } wait; print scalar <R>'",
                "tar @ echo m > f && tar czf a.tgz f && mkdir d && tar xzf a.tgz -C d && cat d/f",
                "xz @ echo m > f && xz -T2 f && xz -dc f.xz",
                "openssl @ openssl rand 8 > f && openssl genpkey -algorithm ed25519 -out k && openssl pkey -in k -noout && echo m",
                "cp @ mkdir d && echo m > d/f && cp -a --reflink=auto d e && mv e g && cat g/f",
                "find @ mkdir -p a/b && touch a/b/m && find a -name m -printf '%f\\n'",
                "timeout @ timeout -s TERM 5 nice -n 5 echo m",
                "sort @ printf 'm\\n' | sort --parallel=2 | xargs -n1 -P2 echo",
            })
    void runsTools(String tool, String script) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin", tool)), "needs " + tool);
        try (var sandbox = factory.create(spec())) {
            var result = run(sandbox, "export HOME=/tmp; cd /tmp && " + script);

            assertThat(result.output()).isEqualTo("m\n");
            assertThat(result.exit()).isEqualTo(new Exit.Status(0));
        }
    }

    private static void runs(String script, Mount... mounts) throws Exception {
        var all = new ArrayList<>(List.of(mounts));
        all.add(new Mount(code, "/var/task"));
        try (var sandbox = factory.create(spec(Bytes.mebibytes(1024), 2000, all.toArray(Mount[]::new)))) {
            var result = run(sandbox, "export HOME=/tmp; " + script);

            assertThat(result.output()).isEqualTo("all\n");
            assertThat(result.exit()).isEqualTo(new Exit.Status(0));
        }
    }

    private static List<Path> pythonWithNumpy() throws IOException {
        var pyenv = Path.of(System.getProperty("user.home"), ".pyenv/versions");
        var prefixes = new ArrayList<>(directories(pyenv, "3.*"));
        prefixes.add(Path.of("/usr"));
        return prefixes.stream()
                .filter(prefix -> Stream.of("lib/python3.*/site-packages/numpy", "lib/python3/dist-packages/numpy")
                        .anyMatch(pattern -> matches(prefix, pattern)))
                .toList();
    }

    private static List<Path> javaHome(int version) throws IOException {
        return directories(Path.of("/usr/lib/jvm"), "*").stream()
                .filter(home -> Files.isExecutable(home.resolve("bin/javac")))
                .filter(home -> release(home).contains("JAVA_VERSION=\"" + version))
                .toList();
    }

    private static String release(Path home) {
        try {
            return Files.readString(home.resolve("release"));
        } catch (IOException none) {
            return "";
        }
    }

    private static List<Path> directories(Path parent, String glob) throws IOException {
        var found = new ArrayList<Path>();
        if (Files.isDirectory(parent)) {
            try (var entries = Files.newDirectoryStream(parent, glob)) {
                entries.forEach(found::add);
            }
        }
        return found;
    }

    private static boolean matches(Path prefix, String pattern) {
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + prefix.resolve(pattern));
        try (var paths = Files.walk(prefix.resolve("lib"), 3)) {
            return paths.anyMatch(matcher::matches);
        } catch (IOException none) {
            return false;
        }
    }

    private static void assumeAmd64() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the numbers are those of x86_64");
    }
}
