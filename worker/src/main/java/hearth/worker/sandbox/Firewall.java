package hearth.worker.sandbox;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One nftables table for all sandboxes of an instance: they reach the internet, and neither each other nor the
/// host nor any network that is not public.
///
/// @param table its name
/// @param links the prefix of the interfaces that lead to sandboxes
record Firewall(String table, String links) {
    private static final Logger log = System.getLogger(Firewall.class.getName());

    /// Of the interfaces that lead to sandboxes of any instance.
    private static final String ANY_SANDBOX = "hth";

    /// The host tracks only so many connections of all sandboxes and its own. They are counted by interface, whose
    /// index no later sandbox gets again, as it may get an address.
    private static final String FLOWS = "  set flows { type iface_index; size 65535; flags dynamic; }";

    private static final String LIMIT_OF_FLOWS = "add @flows { iif ct count over 1024 } reject";

    private static final List<Path> PLACES = List.of(Path.of("/usr/sbin/nft"), Path.of("/sbin/nft"));

    /// Not public: this network, private, shared, loopback, link-local (with the cloud's metadata), protocol
    /// assignments, documentation, benchmarks (with the sandboxes' own), multicast, reserved.
    private static final List<String> CLOSED = List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3");

    Firewall(Instance instance) {
        this("hearth_" + instance.name(), ANY_SANDBOX + instance.name());
    }

    /// Replaces the table, whatever it held.
    void install(NetworkPolicy policy, List<String> nameServers, String sandboxes, List<String> uplinks)
            throws SandboxException {
        try {
            run(removal() + rules(policy, nameServers, sandboxes, uplinks, true));
        } catch (SandboxException e) {
            run(removal() + rules(policy, nameServers, sandboxes, uplinks, false));
            log.log(
                    Level.WARNING,
                    "one function may take all connections that this host can track: {0}",
                    e.getMessage());
        }
    }

    void remove() throws SandboxException {
        run(removal());
    }

    /// The instances that have a table; none where nobody can tell.
    static Set<String> instances() {
        try {
            return run("list tables\n")
                    .lines()
                    .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                    .flatMap(name -> Leftovers.instance(name).stream())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SandboxException e) {
            log.log(Level.DEBUG, "the tables of nftables are unknown: {0}", e.getMessage());
            return Set.of();
        }
    }

    /// Making it first keeps the deletion from failing.
    private String removal() {
        return "table inet %s\ndelete table inet %s\n".formatted(table, table);
    }

    /// @param sandboxes the network that the sandboxes' addresses are from
    /// @param uplinks the interfaces that forward only because of us, and so only to sandboxes
    /// @param limitsFlows for which not every kernel has what it takes
    private String rules(
            NetworkPolicy policy,
            List<String> nameServers,
            String sandboxes,
            List<String> uplinks,
            boolean limitsFlows) {
        return """
                table inet %1$s {
                %10$s
                  set closed { type ipv4_addr; flags interval; elements = { %3$s } }
                %4$s
                %5$s
                  chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname "%2$s*" jump from_sandbox
                    oifname "%2$s*" ct state established,related accept
                    oifname "%2$s*" drop
                    %9$s
                  }
                  chain from_sandbox {
                    oifname "%2$s*" drop
                    meta nfproto != ipv4 drop
                    ct state established,related accept
                    %11$s
                    %6$s
                    %7$s
                    udp dport 53 reject
                    tcp dport 53 reject
                    ip daddr @closed reject
                    accept
                  }
                  chain input {
                    type filter hook input priority filter; policy accept;
                    iifname "%2$s*" jump to_host
                  }
                  chain to_host {
                    %6$s
                    %7$s
                    drop
                  }
                  chain outward {
                    type nat hook postrouting priority srcnat; policy accept;
                    ip saddr %8$s oifname != "%2$s*" masquerade
                  }
                }
                """.formatted(
                table,
                links,
                String.join(", ", CLOSED),
                set("allowed", policy.allowedNetworks()),
                set("name_servers", nameServers),
                policy.allowedNetworks().isEmpty() ? "" : "ip daddr @allowed accept",
                nameServers.isEmpty() ? "" : "ip daddr @name_servers meta l4proto { tcp, udp } th dport 53 accept",
                sandboxes,
                uplinks.isEmpty()
                        ? ""
                        : "iifname { %s } oifname != \"%s*\" drop".formatted(quoted(uplinks), ANY_SANDBOX),
                limitsFlows ? FLOWS : "",
                limitsFlows ? LIMIT_OF_FLOWS : "");
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
    }

    private static String set(String name, List<String> networks) {
        return networks.isEmpty()
                ? ""
                : "  set %s { type ipv4_addr; flags interval; auto-merge; elements = { %s } }"
                        .formatted(name, String.join(", ", networks));
    }

    /// @return what it printed
    private static String run(String commands) throws SandboxException {
        try {
            var nft = program();
            var process = new ProcessBuilder(nft.toString(), "-f", "-")
                    .redirectErrorStream(true)
                    .start();
            try (var input = process.getOutputStream()) {
                input.write(commands.getBytes(StandardCharsets.UTF_8));
            }
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new SandboxException("nft: " + output.strip());
            }
            return output;
        } catch (IOException e) {
            throw new SandboxException("nft cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while nft ran", e);
        }
    }

    private static Path program() throws SandboxException {
        return programs().findFirst().orElseThrow(() -> new SandboxException("there is no nft; install nftables"));
    }

    static boolean available() {
        return programs().findFirst().isPresent();
    }

    private static Stream<Path> programs() {
        return PLACES.stream().filter(Files::isExecutable);
    }
}
