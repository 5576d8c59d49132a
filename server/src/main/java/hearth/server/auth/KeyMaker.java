package hearth.server.auth;

import hearth.model.AccountId;
import hearth.model.worker.EnvironmentSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes access keys that nobody can guess.
final class KeyMaker {
    private static final String LASTING = "AKIA";
    private static final String TEMPORARY = "ASIA";
    private static final String ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int SECRET_BYTES = 30;
    private static final int TOKEN_BYTES = 96;

    private KeyMaker() {}

    /// @param lifetime null for a key that lasts; others come with a session token
    static AccessKey make(AccountId account, Instant created, @Nullable Duration lifetime, RandomGenerator random) {
        return new AccessKey(
                id(lifetime == null ? LASTING : TEMPORARY, random),
                base64(random, SECRET_BYTES),
                account,
                created,
                lifetime == null ? null : base64(random, TOKEN_BYTES),
                lifetime == null ? null : created.plus(lifetime));
    }

    /// A key that is good until somebody ends it.
    static AccessKey temporary(AccountId account, Instant created, Holder holder, RandomGenerator random) {
        return new AccessKey(
                id(TEMPORARY, random),
                base64(random, SECRET_BYTES),
                account,
                created,
                base64(random, TOKEN_BYTES),
                null,
                holder);
    }

    /// A key of one environment.
    static AccessKey forFunction(EnvironmentSpec environment, Instant created, RandomGenerator random) {
        var version = environment.function();
        var function = version.function();
        return temporary(function.account(), created, new Holder.Function(version.role(), function.name()), random);
    }

    static boolean isTemporary(String id) {
        return id.startsWith(TEMPORARY);
    }

    private static String id(String prefix, RandomGenerator random) {
        var id = new StringBuilder(prefix);
        for (int i = 0; i < 16; i++) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }

    private static String base64(RandomGenerator random, int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
