package hearth.worker.runtimes;

import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// `java8.al2` and later, run by a Java of the host and AWS's runtime interface client.
final class JavaRuntimes implements RuntimeFamily {
    private static final Map<String, Integer> MAJORS = majors();

    private final HostLayout host;

    JavaRuntimes(HostLayout host) {
        this.host = host;
    }

    private static Map<String, Integer> majors() {
        var majors = new LinkedHashMap<String, Integer>();
        majors.put("java8.al2", 8);
        majors.put("java11", 11);
        majors.put("java17", 17);
        majors.put("java21", 21);
        majors.put("java25", 25);
        return majors;
    }

    @Override
    public List<String> ids() {
        return List.copyOf(MAJORS.keySet());
    }

    @Override
    public Optional<Found> find(String id) {
        return homes().flatMap(home -> Interpreter.at(home.resolve("bin/java")).stream())
                .flatMap(interpreter -> version(interpreter).stream()
                        .filter(version -> version.major() == major(id))
                        .map(version -> new Found(runtime(id, version, interpreter), interpreter)))
                .findFirst();
    }

    /// Ordered by preference; read only as far as needed.
    private Stream<Path> homes() {
        return Stream.<Supplier<List<Path>>>of(
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

    /// Every Java since 8 has a `release` file in its home, of lines such as `JAVA_VERSION="17.0.15"`. A Java 8 may
    /// lie one deeper, as the `jre` of a JDK.
    private static Optional<Version> version(Interpreter interpreter) {
        return Stream.of("release", "../release")
                .flatMap(file -> lines(interpreter.prefix().resolve(file)).stream())
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
        return MAJORS.getOrDefault(id, 0);
    }

    private InstalledRuntime runtime(String id, Version version, Interpreter interpreter) {
        var mounts = new ArrayList<>(interpreter.mounts(host));
        mounts.add(new Mount(host.guest().resolve("java"), LambdaPaths.RUNTIME));
        return new InstalledRuntime(
                id,
                version.text(),
                interpreter.executable().toString(),
                mounts,
                new StartCommand.Jvm(
                        interpreter.pathInside(host),
                        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", "/var/runtime/*"),
                        List.of("com.amazonaws.services.lambda.runtime.api.client.AWSLambda")),
                LambdaPaths.environment(Map.of()));
    }

    @Override
    public String advice(String id) {
        return "install a Java %d (for example with sdkman, or openjdk-%d-jre-headless)"
                .formatted(major(id), major(id));
    }
}
