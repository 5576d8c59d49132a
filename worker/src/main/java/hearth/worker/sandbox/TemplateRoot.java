package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What every sandbox's root is made of: the host's programs and libraries, the few files of `/etc` that programs ask
/// for, and a minimal `/dev`. Nothing else of the host is to be seen.
///
/// @param nameServers for `/etc/resolv.conf`
/// @param hostNames of 127.0.0.1, for `/etc/hosts`
record TemplateRoot(List<String> nameServers, List<String> hostNames) {
    static final String HOST_NAME = "sandbox";

    /// Links into `/usr`, or directories of their own, as the host has them.
    static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");

    /// Mount points that exist even where a sandbox mounts nothing there.
    private static final List<String> DIRECTORIES = List.of(
            "/etc",
            "/dev",
            "/proc",
            "/tmp",
            "/opt",
            "/run",
            "/var",
            "/var/empty",
            "/var/task",
            "/var/runtime",
            "/var/lang");

    /// Files of `/etc` that are Hearth's own, by name.
    static final Map<String, String> FILES = Map.of(
            "passwd",
            """
            root:x:0:0:root:/root:/usr/sbin/nologin
            sbx_user1051:x:993:993::/home/sbx_user1051:/usr/sbin/nologin
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            """,
            "group",
            "root:x:0:\nsbx_user1051:x:993:\nnogroup:x:65534:\n",
            "hosts",
            "127.0.0.1 localhost %s\n::1 localhost ip6-localhost\n".formatted(HOST_NAME),
            "hostname",
            HOST_NAME + "\n",
            "nsswitch.conf",
            "passwd: files\ngroup: files\nhosts: files dns\nservices: files\n");

    /// What starts a runtime on a handler in AWS's images: wrappers and scripts that were written there call it.
    static final String ENTRYPOINT_NAME = "lambda-entrypoint.sh";

    static final String ENTRYPOINT = """
            #!/bin/sh
            if [ $# -ne 1 ]; then
              echo "entrypoint requires the handler name to be the first argument" >&2
              exit 142
            fi
            export _HANDLER="$1"
            exec /var/runtime/bootstrap
            """;

    /// Taken as they are, where the host has them. They are public on every host.
    private static final List<String> TAKEN = List.of(
            "/etc/ld.so.cache",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d",
            "/etc/localtime",
            "/etc/alternatives",
            "/etc/ssl/certs",
            "/etc/ssl/openssl.cnf",
            "/etc/ca-certificates.conf",
            "/etc/pki",
            "/etc/protocols",
            "/etc/services",
            "/etc/mime.types",
            "/etc/fonts",
            "/etc/magic");

    /// Adds the steps that build this root, in order.
    void addTo(LaunchWords words) throws SandboxException {
        for (var directory : DIRECTORIES) {
            words.add("directory", directory);
        }
        addPrograms(words);
        addFiles(words);
        addHostFiles(words);
        for (var device : DEVICES) {
            words.add("device", "/dev/" + device, "/dev/" + device);
        }
        words.add("link", "/dev/fd", "/proc/self/fd");
        words.add("link", "/dev/stdin", "/proc/self/fd/0");
        words.add("link", "/dev/stdout", "/proc/self/fd/1");
        words.add("link", "/dev/stderr", "/proc/self/fd/2");
    }

    /// `/usr`, and `/bin` and the like as the host has them: links into it, or directories of their own.
    private static void addPrograms(LaunchWords words) throws SandboxException {
        words.add("bind", "/usr", "/usr");
        for (var name : MERGED) {
            var path = Path.of("/", name);
            if (Files.isSymbolicLink(path)) {
                words.add("link", path, "usr/" + name);
            } else if (Files.isDirectory(path)) {
                words.add("bind", path, path);
            }
        }
    }

    private void addFiles(LaunchWords words) throws SandboxException {
        for (var file : FILES.entrySet()) {
            words.add("file", "/etc/" + file.getKey(), file.getKey().equals("hosts") ? hosts() : file.getValue());
        }
        var servers = new StringBuilder();
        nameServers.forEach(
                server -> servers.append("nameserver ").append(server).append('\n'));
        words.add("file", "/etc/resolv.conf", servers);
        words.add("script", "/" + ENTRYPOINT_NAME, ENTRYPOINT);
        words.add("link", "/etc/os-release", "../usr/lib/os-release");
        words.add("link", "/etc/mtab", "../proc/self/mounts");
    }

    /// As on Amazon Linux, `localhost` is no IPv6 address: what listens on a sandbox's loopback does so by IPv4,
    /// and some clients try the first address alone.
    private String hosts() {
        var names = new LinkedHashSet<>(List.of("localhost", HOST_NAME));
        names.addAll(hostNames);
        return "127.0.0.1 " + String.join(" ", names) + "\n::1 localhost6 ip6-localhost\n";
    }

    private static void addHostFiles(LaunchWords words) throws SandboxException {
        words.add("directory", "/etc/ssl");
        for (var path : hostFiles()) {
            words.add("bind", path, path);
        }
    }

    /// What of the host's `/etc` sandboxes see.
    static List<Path> hostFiles() {
        return Stream.concat(TAKEN.stream().map(Path::of).filter(Files::exists), javaSettings().stream())
                .toList();
    }

    /// Debian's JDKs keep links into these.
    private static List<Path> javaSettings() {
        try (var entries = Files.newDirectoryStream(Path.of("/etc"), "java-*")) {
            var found = new ArrayList<Path>();
            entries.forEach(found::add);
            return found;
        } catch (IOException e) {
            return List.of();
        }
    }
}
