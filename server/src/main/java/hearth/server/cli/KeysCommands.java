package hearth.server.cli;

import hearth.cluster.StoreCommands;
import hearth.server.auth.Holder;
import hearth.server.auth.KeyFile;
import hearth.server.auth.KeyRing;
import hearth.server.auth.Organization;
import hearth.server.auth.StoreKeyRing;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/// `hearth keys`: the keys that requests are signed with. A running server sees changes at once.
final class KeysCommands {
    private static final Option ACCOUNT =
            Option.of("--account", "12-DIGITS", "000000000000", "The account that the key acts for");
    private static final Option SERVICE = Option.of(
            "--service",
            "PRINCIPAL",
            "",
            "Makes a key of a service, such as s3.amazonaws.com, which may do what policies allow it and nothing else");
    private static final Option ORGANIZATION = Option.of(
            "--org", "ID", "", "The organization that the account is in, such as o-a1b2c3d4e5, for aws:PrincipalOrgID");
    private static final Option ORGANIZATION_PATH = Option.of(
            "--org-path",
            "PATH",
            "",
            "The account's place in it, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/, for aws:PrincipalOrgPaths");
    private static final Option EXPIRES_IN = Option.of(
            "--expires-in", "TIME", "", "Makes a temporary key, with a session token, good for so long, such as 12h");

    static final Command CREATE = new Command(
            "keys create",
            "",
            "Makes a key to sign requests with, and shows its secret this once.",
            List.of(Option.DATA, StoreOption.STORE, ACCOUNT, SERVICE, ORGANIZATION, ORGANIZATION_PATH, EXPIRES_IN),
            KeysCommands::create);
    static final Command LIST = new Command(
            "keys list",
            "",
            "Lists the keys, without their secrets.",
            List.of(Option.DATA, StoreOption.STORE),
            KeysCommands::list);
    static final Command DELETE = new Command(
            "keys delete",
            "ACCESS_KEY_ID",
            "Deletes a key: requests signed with it are refused from then on.",
            List.of(Option.DATA, StoreOption.STORE),
            KeysCommands::delete);

    private KeysCommands() {}

    /// Does something with the keys in the database that is named, or else in the data folder.
    private static <T> T with(Arguments arguments, Function<KeyRing, T> action) {
        var store = StoreOption.url(arguments, StoreOption.STORE);
        if (store.isEmpty()) {
            return action.apply(
                    new KeyFile(arguments.folder(Option.DATA).resolve(KeyFile.NAME), InstantSource.system()));
        }
        try (var commands = StoreCommands.open(store.get(), new SecureRandom())) {
            return action.apply(new StoreKeyRing(commands.keys(), InstantSource.system()));
        }
    }

    private static int create(Arguments arguments) {
        var lifetime = arguments.duration(EXPIRES_IN).orElse(null);
        var holder = holder(arguments);
        var account = arguments.account(ACCOUNT);
        var key = with(arguments, ring -> ring.create(account, holder, lifetime, new SecureRandom()));
        System.out.println("Access key id:     " + key.id());
        System.out.println("Secret access key: " + key.secret());
        if (key.sessionToken() != null) {
            System.out.println("Session token:     " + key.sessionToken());
            System.out.println("Expires:           " + key.expires());
        }
        System.out.println();
        System.out.println("  export AWS_ACCESS_KEY_ID=" + key.id());
        System.out.println("  export AWS_SECRET_ACCESS_KEY=" + key.secret());
        if (key.sessionToken() != null) {
            System.out.println("  export AWS_SESSION_TOKEN=" + key.sessionToken());
        }
        return 0;
    }

    private static Holder holder(Arguments arguments) {
        var service = arguments.text(SERVICE);
        var organization = arguments.text(ORGANIZATION);
        var path = arguments.text(ORGANIZATION_PATH);
        if (!service.isEmpty() && !(organization.isEmpty() && path.isEmpty())) {
            throw new UsageException("--service and --org exclude each other: services are in no organization");
        }
        if (!service.isEmpty() && !Holder.Service.isPrincipal(service)) {
            throw new UsageException(
                    "--service is the name of a service as policies have it, such as s3.amazonaws.com, and not "
                            + service);
        }
        if (!organization.isEmpty() && !Organization.isId(organization)) {
            throw new UsageException(
                    "--org is o- with 10 to 32 small letters and digits behind it, such as o-a1b2c3d4e5, and not "
                            + organization);
        }
        if (!path.isEmpty() && organization.isEmpty()) {
            throw new UsageException("--org-path needs --org with the id that the path begins with");
        }
        if (!path.isEmpty() && !(Organization.isPath(path) && path.startsWith(organization + "/"))) {
            throw new UsageException("--org-path is the organization, its root and the units down to the account, with"
                    + " a / behind each, such as " + organization + "/r-ab12/ou-ab12-11111111/, and not " + path);
        }
        if (!service.isEmpty()) {
            return new Holder.Service(service);
        }
        return organization.isEmpty() ? new Holder.Account() : new Holder.Member(new Organization(organization, path));
    }

    private static int list(Arguments arguments) {
        print("ACCESS KEY ID", "ACCOUNT", "CREATED", "EXPIRES", "SERVICE OR ORGANIZATION");
        for (var key : with(arguments, KeyRing::list)) {
            var expires = key.expires() == null ? "-" : key.expires().toString();
            print(key.id(), key.account().value(), key.created().toString(), expires, name(key.holder()));
        }
        return 0;
    }

    private static void print(String id, String account, String created, String expires, String holder) {
        System.out.printf("%-22s %-14s %-22s %-22s %s%n", id, account, created, expires, holder);
    }

    private static String name(Holder holder) {
        return switch (holder) {
            case Holder.Service(var principal) -> principal;
            case Holder.Member(var organization) ->
                organization.path().isEmpty() ? organization.id() : organization.path();
            case Holder.Account _, Holder.Function _ -> "-";
        };
    }

    private static int delete(Arguments arguments) {
        if (!with(arguments, ring -> ring.delete(arguments.operand()))) {
            throw new IllegalArgumentException("there is no key " + arguments.operand());
        }
        System.out.println("Deleted " + arguments.operand());
        return 0;
    }
}
