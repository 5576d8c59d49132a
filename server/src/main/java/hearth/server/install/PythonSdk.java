package hearth.server.install;

import hearth.worker.runtimes.SharedSdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// boto3, and what it needs.
///
/// @param runtimes that this host has
record PythonSdk(HostProgram host, HostRuntimes runtimes) {
    /// The modules that AWS's runtimes have of it.
    private static final List<String> MODULES =
            List.of("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3");

    /// The modules that Debian's botocore imports besides.
    private static final List<String> OF_DEBIAN =
            List.of("requests", "certifi", "idna", "chardet", "charset_normalizer");

    private static final List<String> DEBIAN = List.of(
            "python3-boto3",
            "python3-botocore",
            "python3-s3transfer",
            "python3-jmespath",
            "python3-dateutil",
            "python3-six",
            "python3-urllib3",
            "python3-requests",
            "python3-certifi",
            "python3-idna",
            "python3-chardet",
            "python3-charset-normalizer");

    private static final Pattern REQUIRES = Pattern.compile("(?mi)^Requires-Python:(.*)$");
    private static final Pattern AT_LEAST = Pattern.compile(">=\\s*([0-9]+(?:\\.[0-9]+)?)");
    private static final Pattern VERSION = Pattern.compile("(?m)^Version: *([0-9.]+)");

    static final String SHOWN = "boto3/__init__.py";

    /// The newest that an interpreter of this host has among its own packages.
    Optional<Path> ofAnInterpreter() {
        return runtimes.pythonPackages().stream()
                .filter(packages -> Files.exists(packages.resolve(SHOWN)))
                .max(Comparator.comparing(packages -> versionOf(packages).orElse(""), HostRuntimes.VERSIONS));
    }

    Source copyOf(Path packages) {
        return folder -> {
            host.progress().println("  copying boto3 and what it needs from " + packages);
            var wanted = new ArrayList<>(MODULES);
            if (packages.endsWith("dist-packages")) {
                wanted.addAll(OF_DEBIAN);
            }
            copy(packages, folder.resolve(SharedSdk.modules(SharedSdk.PYTHON)), wanted);
            describe(folder);
        };
    }

    /// The source of a folder as `pip install --target DIR boto3` makes it: all that is there.
    Source given(Path given, Archives archives) {
        return folder -> {
            var modules = Files.createDirectory(folder.resolve(SharedSdk.modules(SharedSdk.PYTHON)));
            new GivenFiles(given, SHOWN, archives).fill(modules);
            describe(folder);
        };
    }

    Source debian() {
        return folder -> {
            host.progress().println("  fetching Debian's boto3 and what it needs");
            var unpacked = Files.createDirectory(folder.resolveSibling(folder.getFileName() + ".debian"));
            new DebianPackages(host).unpack(DEBIAN, unpacked);
            var wanted = new ArrayList<>(MODULES);
            wanted.addAll(OF_DEBIAN);
            copy(
                    unpacked.resolve("usr/lib/python3/dist-packages"),
                    folder.resolve(SharedSdk.modules(SharedSdk.PYTHON)),
                    wanted);
            FileTrees.delete(unpacked);
            describe(folder);
        };
    }

    /// The modules, and what tells their versions.
    private static void copy(Path from, Path to, List<String> modules) throws IOException {
        Files.createDirectories(to);
        for (var entry : FileTrees.list(from)) {
            var name = entry.getFileName().toString();
            if (modules.contains(name) || isAbout(name, modules)) {
                FileTrees.copy(entry, to.resolve(name), file -> !file.toString().contains("/__pycache__"));
            }
        }
    }

    private static boolean isAbout(String name, List<String> modules) {
        if (!name.endsWith(".dist-info") && !name.endsWith(".egg-info")) {
            return false;
        }
        var distribution = name.replaceFirst("-.*", "").replaceFirst("^python_", "");
        return modules.contains(distribution) || modules.contains(distribution + ".py");
    }

    /// Writes what the copy is, beside its modules.
    private static void describe(Path folder) throws IOException, InstallException {
        var packages = folder.resolve(SharedSdk.modules(SharedSdk.PYTHON));
        var version = versionOf(packages).orElseThrow(() -> new InstallException("boto3 does not tell its version"));
        Files.writeString(
                folder.resolve(SharedSdk.PROPERTIES), "version=%s%nsince=%s%n".formatted(version, since(packages)));
    }

    private static Optional<String> versionOf(Path packages) {
        return about(packages).stream()
                .filter(file -> file.toString().contains("/boto3-"))
                .flatMap(file -> VERSION.matcher(read(file)).results())
                .map(found -> found.group(1))
                .findFirst();
    }

    /// The oldest Python that all of them work with.
    private static String since(Path packages) {
        return about(packages).stream()
                .flatMap(file -> REQUIRES.matcher(read(file)).results())
                .flatMap(found -> AT_LEAST.matcher(found.group(1)).results())
                .map(found -> found.group(1))
                .max(HostRuntimes.VERSIONS)
                .orElse("3.8");
    }

    private static List<Path> about(Path packages) {
        return FileTrees.list(packages).stream()
                .flatMap(entry -> List.of(entry.resolve("METADATA"), entry.resolve("PKG-INFO"), entry).stream())
                .filter(file -> Files.isRegularFile(file)
                        && Set.of("METADATA", "PKG-INFO")
                                .contains(file.getFileName().toString()))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException _) {
            return "";
        }
    }

    /// Imports it with each Python that it is for, and makes a client.
    ///
    /// @return those, by their ids
    List<String> check(SharedSdk sdk) throws InstallException {
        var tried = new ArrayList<String>();
        for (var row : runtimes.ready("python")) {
            if (sdk.worksWith(row.id().substring("python".length()))) {
                var program = "import sys; sys.path.append(%s)\n".formatted(quoted(sdk.folder()))
                        + "import boto3, botocore, s3transfer, jmespath, dateutil, urllib3\n"
                        + "boto3.client('sts', region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='y')";
                host.run("trying boto3 with " + row.id(), List.of(row.note(), "-I", "-S", "-B", "-c", program));
                tried.add(row.id());
            }
        }
        return tried;
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
