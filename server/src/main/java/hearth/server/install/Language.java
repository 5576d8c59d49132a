package hearth.server.install;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A language whose interpreter can be installed.
enum Language {
    NODE("nodejs"),
    PYTHON("python"),
    JAVA("java"),
    RUBY("ruby");

    /// The folder of compiled libraries in a Ruby's library.
    private static final String ARCHITECTURE =
            System.getProperty("os.arch").equals("aarch64") ? "aarch64-linux" : "x86_64-linux";

    private final String prefix;

    Language(String prefix) {
        this.prefix = prefix;
    }

    static Optional<Language> of(String runtime) {
        for (var language : values()) {
            if (runtime.startsWith(language.prefix)) {
                return Optional.of(language);
            }
        }
        return Optional.empty();
    }

    /// The version that a runtime's name tells: `22` of `nodejs22.x`, `3.12` of `python3.12`, `17` of `java17.al2023`.
    String version(String runtime) {
        var rest = runtime.substring(prefix.length());
        return switch (this) {
            case NODE, JAVA -> rest.replaceFirst("\\..*", "");
            case PYTHON, RUBY -> rest;
        };
    }

    /// The program within the prefix.
    String program(String runtime) {
        return switch (this) {
            case NODE -> "bin/node";
            case PYTHON -> "bin/" + runtime;
            case JAVA -> "bin/java";
            case RUBY -> "bin/ruby";
        };
    }

    /// The program that it is tried with: it loads what functions need the most, and prints its version.
    List<String> trial(Path program, Path prefix, String runtime) {
        return switch (this) {
            case NODE ->
                List.of(program.toString(), "-e", "require('crypto').randomUUID(); console.log(process.versions.node)");
            case PYTHON ->
                List.of(
                        program.toString(),
                        "-I",
                        "-S",
                        "-c",
                        "import ctypes, hashlib, json, socket, ssl, zlib, sys; print('%d.%d.%d' % sys.version_info[:3])");
            case JAVA -> List.of(program.toString(), "-XX:+UseSerialGC", "-XshowSettings:properties", "-version");
            case RUBY -> {
                var library = prefix.resolve("lib/ruby/" + version(runtime) + ".0");
                yield List.of(
                        program.toString(),
                        "-I" + library,
                        "-I" + library.resolve(ARCHITECTURE),
                        "-rjson",
                        "-rsocket",
                        "-ropenssl",
                        "-rstringio",
                        "-e",
                        "puts RUBY_VERSION");
            }
        };
    }

    /// Debian's package of it.
    Optional<String> debianPackage(String runtime) {
        return switch (this) {
            case NODE -> Optional.empty();
            case PYTHON, RUBY -> Optional.of(runtime);
            case JAVA -> Optional.of("openjdk-" + version(runtime) + "-jre-headless");
        };
    }
}
