package hearth.server.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Runs an interpreter before it counts as installed.
record ProgramTrial(HostProgram host) {
    private static final Pattern VERSION =
            Pattern.compile("(?m)^\\s*(?:java\\.version = )?([0-9]+(?:[._][0-9]+){0,3})");

    /// @return its version, such as `22.23.5`
    /// @throws InstallException if it does not run, or is another one
    String version(String runtime, Path prefix) throws InstallException {
        var language = Language.of(runtime).orElseThrow();
        var program = prefix.resolve(language.program(runtime));
        if (!Files.isExecutable(program)) {
            throw new InstallException("there is no program " + language.program(runtime) + " in " + prefix);
        }
        Map<String, String> variables = new HashMap<>(host.environment());
        // As in a sandbox.
        variables.put("LD_LIBRARY_PATH", prefix.resolve("lib").toString());
        var printed = host.run("trying " + program, prefix, variables, language.trial(program, prefix, runtime));
        var said = VERSION.matcher(language == Language.JAVA ? release(prefix) + printed : printed);
        if (!said.find()) {
            throw new InstallException(program + " does not tell its version: " + printed.strip());
        }
        var version = said.group(1);
        var wanted = language.version(runtime);
        if (!(version + ".").startsWith(wanted + ".") && !version.startsWith("1." + wanted + ".")) {
            throw new InstallException(program + " is version " + version + ", and " + runtime + " needs " + wanted);
        }
        return version;
    }

    /// Java prints its settings to where warnings go as well; its release file says the same.
    private static String release(Path home) throws InstallException {
        try {
            return Files.readString(home.resolve("release"))
                            .lines()
                            .filter(line -> line.startsWith("JAVA_VERSION="))
                            .map(line -> line.replaceAll("JAVA_VERSION=|\"", ""))
                            .findFirst()
                            .orElse("")
                    + "\n";
        } catch (IOException e) {
            throw new InstallException(home + " has no readable file `release`, as every Java has", e);
        }
    }
}
