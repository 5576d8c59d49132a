package hearth.server.cli;

import hearth.link.certificates.ClusterAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/// `hearth cluster`: the certificates by which the processes of a cluster know each other.
final class ClusterCommands {
    private static final int ID_BYTES = 8;

    private static final Option ADDRESS = Option.list(
            "--address",
            "HOST",
            "A name or an IP address by which others connect to this member; a frontend needs those that its workers"
                    + " --join; repeatable");

    static final Command INIT = new Command(
            "cluster init",
            "DIR",
            "Makes a cluster: the authority in DIR, which makes the certificates of its members. Keep DIR where no member"
                    + " is, or at least where only you can read it.",
            List.of(),
            ClusterCommands::init);
    static final Command CERTIFICATE = new Command(
            "cluster certificate",
            "DIR NAME",
            "Makes the certificate of a member by the authority in DIR, in the folder DIR/NAME, which goes to that member"
                    + " and is its --cluster-certificates. A worker has this name.",
            List.of(ADDRESS),
            ClusterCommands::certificate);

    private ClusterCommands() {}

    private static int init(Arguments arguments) throws IOException {
        var folder = folder(arguments);
        var id = new byte[ID_BYTES];
        new SecureRandom().nextBytes(id);
        var cluster = HexFormat.of().formatHex(id);
        var _ = ClusterAuthority.init(folder, cluster);
        System.out.println("Made the cluster " + cluster + ", with its authority in " + folder);
        System.out.println();
        System.out.println("For its frontend and each of its workers:");
        System.out.println("  hearth cluster certificate " + folder + " NAME --address HOST");
        return ExitStatus.SUCCESS;
    }

    private static int certificate(Arguments arguments) throws IOException {
        var made = ClusterAuthority.in(folder(arguments))
                .certify(arguments.operands().getLast(), arguments.list(ADDRESS));
        System.out.println("Made " + made + ", which goes to that member: --cluster-certificates names it there");
        return ExitStatus.SUCCESS;
    }

    private static Path folder(Arguments arguments) {
        return Path.of(arguments.operand()).toAbsolutePath().normalize();
    }
}
