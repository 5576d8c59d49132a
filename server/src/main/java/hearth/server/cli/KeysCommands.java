package hearth.server.cli;

import hearth.server.auth.KeyFile;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/// `hearth keys`: the keys that requests are signed with. A running server sees changes at once.
final class KeysCommands {
    private static final Option ACCOUNT =
            Option.of("--account", "12-DIGITS", "000000000000", "The account that the key acts for");
    private static final Option EXPIRES_IN = Option.of(
            "--expires-in", "TIME", "", "Makes a temporary key, with a session token, good for so long, such as 12h");

    static final Command CREATE = new Command(
            "keys create",
            "",
            "Makes a key to sign requests with, and shows its secret this once.",
            List.of(Option.DATA, ACCOUNT, EXPIRES_IN),
            KeysCommands::create);
    static final Command LIST = new Command(
            "keys list", "", "Lists the keys, without their secrets.", List.of(Option.DATA), KeysCommands::list);
    static final Command DELETE = new Command(
            "keys delete",
            "ACCESS_KEY_ID",
            "Deletes a key: requests signed with it are refused from then on.",
            List.of(Option.DATA),
            KeysCommands::delete);

    private KeysCommands() {}

    private static KeyFile file(Arguments arguments) {
        return new KeyFile(arguments.folder(Option.DATA).resolve(KeyFile.NAME), InstantSource.system());
    }

    private static int create(Arguments arguments) {
        var lifetime = arguments.duration(EXPIRES_IN).orElse(null);
        var key = file(arguments).create(arguments.account(ACCOUNT), lifetime, new SecureRandom());
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

    private static int list(Arguments arguments) {
        System.out.printf("%-22s %-14s %-22s %s%n", "ACCESS KEY ID", "ACCOUNT", "CREATED", "EXPIRES");
        for (var key : file(arguments).list()) {
            System.out.printf(
                    "%-22s %-14s %-22s %s%n",
                    key.id(), key.account(), key.created(), key.expires() == null ? "-" : key.expires());
        }
        return 0;
    }

    private static int delete(Arguments arguments) {
        if (!file(arguments).delete(arguments.operand())) {
            throw new IllegalArgumentException("there is no key " + arguments.operand());
        }
        System.out.println("Deleted " + arguments.operand());
        return 0;
    }
}
