package hearth.worker.runtimes;

import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `java8.al2` and later, run by a Java of the host and AWS's runtime interface client.
final class JavaRuntimes implements RuntimeFamily {
    private static final List<String> IDS = List.of(
            "java8.al2", "java8.al2023", "java11", "java11.al2023", "java17", "java17.al2023", "java21", "java25");

    /// The first that knows modules, and options that open them.
    private static final int HAS_MODULES = 9;

    /// The first that makes archives of what it has loaded.
    private static final int MAKES_ARCHIVES = 13;

    /// The first that warns of native libraries and `Unsafe`, both of which AWS's client uses.
    private static final int WARNS_OF_NATIVE_ACCESS = 24;

    private static final String NATIVE_LIBRARY = LambdaPaths.RUNTIME + "/jni/libaws-lambda-jni.linux-"
            + (System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64") + ".so";

    private static final Pattern OLD_HOME = Pattern.compile("(?:java|jdk)-?(?:1\\.)?(8)\\b");

    private static final String MAIN = "hearth.guest.JavaRuntime";

    private final HostLayout host;
    private final Optional<JavaArchives> archives;

    JavaRuntimes(HostLayout host, Optional<JavaArchives> archives) {
        this.host = host;
        this.archives = archives;
    }

    @Override
    public List<String> ids() {
        return IDS;
    }

    @Override
    public Optional<Found> find(String id) {
        return homes(id)
                .flatMap(home -> Interpreter.at(home.resolve("bin/java")).stream())
                .flatMap(interpreter -> version(interpreter).stream()
                        .filter(version -> version.major() == major(id))
                        .map(version -> new Found(runtime(id, version, interpreter), interpreter)))
                .findFirst();
    }

    /// Ordered by preference; read only as far as needed.
    private Stream<Path> homes(String id) {
        return Stream.<Supplier<List<Path>>>of(
                        () -> host.kept().copies(id),
                        host::javaHomes,
                        () -> host.searchPath().stream()
                                .flatMap(folder -> Optional.ofNullable(folder.getParent()).stream())
                                .toList(),
                        () -> host.underRoot("usr/lib/jvm/*"),
                        () -> host.underHomes(".sdkman/candidates/java/*"),
                        () -> host.underHomes(".jdks/*"),
                        () -> host.underHomes(".local/share/mise/installs/java/*"),
                        () -> host.underHomes(".asdf/installs/java/*"),
                        () -> host.underRoot("opt/*"),
                        () -> host.underRoot("opt/java/*"),
                        () -> host.underRoot("usr/local/*"))
                .flatMap(places -> places.get().stream());
    }

    /// A Java has a `release` file in its home, of lines such as `JAVA_VERSION="17.0.15"`. Up to Java 8 the
    /// program lies in a folder of the home, `jre`, and Debian's have no such file: their homes are named after it.
    private static Optional<Version> version(Interpreter interpreter) {
        var prefix = interpreter.prefix();
        var home = prefix.endsWith("jre") ? prefix.resolveSibling(".").normalize() : prefix;
        return release(home).or(() -> {
            var named = OLD_HOME.matcher(String.valueOf(home.getFileName()));
            return named.find() && prefix.endsWith("jre") ? Version.ofJava(named.group(1)) : Optional.empty();
        });
    }

    private static Optional<Version> release(Path home) {
        return lines(home.resolve("release")).stream()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> line.substring("JAVA_VERSION=".length()).replace("\"", ""))
                .findFirst()
                .flatMap(Version::ofJava);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException _) {
            // No Java home, or not this one.
            return List.of();
        }
    }

    private static int major(String id) {
        return Integer.parseInt(id.substring("java".length()).replaceFirst("\\..*", ""));
    }

    private InstalledRuntime runtime(String id, Version version, Interpreter interpreter) {
        var mounts = mounts(interpreter);
        var options = options(major(id));
        archive(id, interpreter, options).filter(JavaArchives::isMade).ifPresent(folder -> {
            mounts.add(new Mount(folder, JavaArchives.INSIDE));
            options.add(0, "-XX:SharedArchiveFile=" + JavaArchives.INSIDE + "/" + JavaArchives.NAME);
            // One that does not fit after all is passed over, and the function's log is not the place to say so.
            options.add(1, "-Xlog:cds*=off");
        });
        return new InstalledRuntime(
                id,
                version.text(),
                interpreter.executable().toString(),
                mounts,
                new StartCommand.Jvm(interpreter.pathInside(host), options, List.of(MAIN)),
                JvmLocale.ENVIRONMENT,
                ChannelUse.ASSIGNMENT,
                Optional.empty());
    }

    private List<Mount> mounts(Interpreter interpreter) {
        var mounts = new ArrayList<>(interpreter.mounts(host));
        mounts.add(new Mount(host.guest().resolve("java"), LambdaPaths.RUNTIME));
        return mounts;
    }

    private Optional<Path> archive(String id, Interpreter interpreter, List<String> options) {
        return archives.filter(_ -> major(id) >= MAKES_ARCHIVES).flatMap(all -> {
            try {
                return Optional.of(all.folder(interpreter, options, jars()));
            } catch (IOException _) {
                return Optional.empty();
            }
        });
    }

    private List<Path> jars() throws IOException {
        try (var files = Files.newDirectoryStream(host.guest().resolve("java"), "*.jar")) {
            var jars = new ArrayList<Path>();
            files.forEach(jars::add);
            jars.sort(null);
            return jars;
        }
    }

    /// @return whether the runtime is another one now
    @Override
    public boolean prepare(Found found) {
        var interpreter = found.interpreter();
        if (interpreter == null || archives.isEmpty()) {
            return false;
        }
        var options = options(major(found.runtime().id()));
        var folder = archive(found.runtime().id(), interpreter, options);
        if (folder.isEmpty() || JavaArchives.isMade(folder.get())) {
            return false;
        }
        options.add(0, interpreter.pathInside(host));
        archives.get().make(folder.get(), options, MAIN, mounts(interpreter));
        return JavaArchives.isMade(folder.get());
    }

    /// As the guest's own notes ask for.
    private static List<String> options(int major) {
        var options = new ArrayList<>(List.of(
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ErrorFileToStderr",
                "-Dhearth.native=" + LambdaPaths.RUNTIME + "/jni/libhearth.so",
                "-Djava.net.preferIPv4Stack=true",
                "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
                "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI=" + NATIVE_LIBRARY));
        if (major < MAKES_ARCHIVES) {
            // Not all of the above is known to them.
            options.addFirst("-XX:+IgnoreUnrecognizedVMOptions");
        }
        if (major >= HAS_MODULES) {
            options.add("--add-opens=java.base/java.io=ALL-UNNAMED");
            options.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        }
        if (major >= WARNS_OF_NATIVE_ACCESS) {
            options.add("--enable-native-access=ALL-UNNAMED");
            options.add("--sun-misc-unsafe-memory-access=allow");
        }
        options.add("-cp");
        options.add(LambdaPaths.RUNTIME + "/*");
        return options;
    }

    @Override
    public String advice(String id) {
        return "./hearth runtimes install %s installs a Java %d".formatted(id, major(id));
    }
}
