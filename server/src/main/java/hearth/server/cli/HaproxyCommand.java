package hearth.server.cli;

import hearth.server.HostPort;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/// `hearth haproxy-config`: a load balancer for the members of a cluster.
final class HaproxyCommand {
    private static final String ANY_ADDRESS = "*:";
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9._/+@,=-]*");
    private static final Pattern ZONE_NAME = Pattern.compile("[A-Za-z0-9._-]*");

    private static final Option MEMBER = Option.list(
            "--member",
            "NAME=HOST:PORT[@ZONE]",
            "A member that takes requests: its name, where its API listens (--host and --port there), and its zone, such"
                    + " as host1=10.0.0.1:9000@a; repeatable. Else those that are in --store");
    private static final Option LISTEN =
            Option.of("--listen", "ADDRESS:PORT", "*:9000", "Where HAProxy listens; * for every address of its host");
    private static final Option CERTIFICATE = Option.of(
            "--certificate",
            "FILE",
            "",
            "A file with the certificate and the key that clients see, for HTTPS; each member's --public-url says https"
                    + " then");
    private static final Option ZONE = Option.of(
            "--zone",
            "NAME",
            "",
            "The zone of HAProxy's own host: members of others get requests only while it has none that is ready");

    static final Command COMMAND = new Command(
            "haproxy-config",
            "",
            "Prints a configuration of HAProxy, 2.4 or later, that spreads requests over the members of a cluster.",
            List.of(MEMBER, StoreOption.STORE, LISTEN, CERTIFICATE, ZONE),
            HaproxyCommand::run);

    private HaproxyCommand() {}

    private static int run(Arguments arguments) {
        System.out.print(config(arguments).text());
        return ExitStatus.SUCCESS;
    }

    private static HaproxyConfig config(Arguments arguments) {
        var members = members(arguments);
        var names = new HashSet<String>();
        for (var member : members) {
            if (!names.add(member.name())) {
                throw new UsageException(MEMBER.name() + " names " + member.name() + " twice");
            }
        }
        var zone = matching(arguments, ZONE, ZONE_NAME);
        if (!zone.isEmpty()
                && members.stream().noneMatch(member -> member.zone().equals(zone))) {
            throw new UsageException(ZONE.name() + " is " + zone + ", where no " + MEMBER.name() + " is");
        }
        return new HaproxyConfig(members, listen(arguments), matching(arguments, CERTIFICATE, FILE), zone);
    }

    /// Those that are named, or else those that are in the cluster's database now.
    private static List<BalancedMember> members(Arguments arguments) {
        var named = arguments.list(MEMBER).stream().map(HaproxyCommand::member).toList();
        var store = StoreOption.url(arguments, StoreOption.STORE);
        if (!named.isEmpty()) {
            return named;
        }
        if (store.isEmpty()) {
            throw new UsageException(MEMBER.name() + " is missing: it names who takes requests; or "
                    + StoreOption.STORE.name() + ", the database where the members are");
        }
        var found = ClusterStatus.read(store.get()).balanced();
        if (found.isEmpty()) {
            throw new UsageException("No member is there in " + store.get());
        }
        return found;
    }

    private static BalancedMember member(String text) {
        try {
            return BalancedMember.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(MEMBER.name() + " " + e.getMessage());
        }
    }

    private static String listen(Arguments arguments) {
        var text = arguments.text(LISTEN);
        try {
            // HAProxy's own word for every address.
            var known = text.startsWith(ANY_ADDRESS) ? "0.0.0.0:" + text.substring(ANY_ADDRESS.length()) : text;
            var address = HostPort.parse(known);
            return known.equals(text) ? address.toString() : ANY_ADDRESS + address.port();
        } catch (IllegalArgumentException e) {
            throw new UsageException(LISTEN.name() + " " + e.getMessage());
        }
    }

    /// A text that means to HAProxy what it means here.
    private static String matching(Arguments arguments, Option option, Pattern allowed) {
        var text = arguments.text(option);
        if (!allowed.matcher(text).matches()) {
            throw new UsageException(option.name() + " has characters that HAProxy reads otherwise: " + text);
        }
        return text;
    }
}
