package hearth.server.cli;

import hearth.model.AccountId;
import hearth.server.auth.KeyFile;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hearth keys`: the keys that requests are signed with. A running server sees changes at once.
@Command(name = "keys", description = "Makes, lists and deletes the keys that requests are signed with.")
final class KeysCommand {
    private static KeyFile file(DataFolder data) {
        return new KeyFile(data.path().resolve(KeyFile.NAME), InstantSource.system());
    }

    @Command(name = "create", description = "Makes a key, and prints it. The secret is shown this once.")
    int create(
            @Mixin DataFolder data,
            @Option(
                            names = "--account",
                            paramLabel = "12 DIGITS",
                            defaultValue = "000000000000",
                            description = "The account that the key acts for (${DEFAULT-VALUE}).")
                    String account,
            @Option(
                            names = "--expires-in",
                            paramLabel = "TIME",
                            description = "Makes a temporary key, with a session token, good for so long.")
                    @Nullable
                    Duration lifetime) {
        if (!AccountId.isValid(account)) {
            System.err.println("hearth: --account has 12 digits, and this has not: " + account);
            return ExitCode.USAGE;
        }
        var key = file(data).create(new AccountId(account), lifetime, new SecureRandom());
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
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Lists the keys, without their secrets.")
    void list(@Mixin DataFolder data) {
        System.out.printf("%-22s %-14s %-22s %s%n", "ACCESS KEY ID", "ACCOUNT", "CREATED", "EXPIRES");
        for (var key : file(data).list()) {
            System.out.printf(
                    "%-22s %-14s %-22s %s%n",
                    key.id(), key.account(), key.created(), key.expires() == null ? "-" : key.expires());
        }
    }

    @Command(name = "delete", description = "Deletes a key. Requests signed with it are refused from then on.")
    int delete(
            @Mixin DataFolder data,
            @Parameters(paramLabel = "ACCESS_KEY_ID", description = "The key to delete.") String id) {
        if (file(data).delete(id)) {
            System.out.println("Deleted " + id);
            return ExitCode.OK;
        }
        System.err.println("hearth: there is no key " + id);
        return ExitCode.SOFTWARE;
    }
}
