package hearth.server.auth;

import hearth.model.AccountId;
import hearth.model.Region;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/// The account that a request acts for, the region that it acts in, and who it is in that account.
public record AuthenticatedCaller(AccountId account, Region region, Holder holder) {
    private static final int ROLE_ID_LENGTH = 17;

    public AuthenticatedCaller(AccountId account, Region region) {
        this(account, region, new Holder.Account());
    }

    /// The caller's ARN, as STS has it.
    public String arn() {
        var partition = "arn:" + region.partition();
        return switch (holder) {
            case Holder.Account() -> partition + ":iam::" + account + ":root";
            case Holder.Function(var role, var function) ->
                partition + ":sts::" + account + ":assumed-role/" + name(role) + "/" + function;
        };
    }

    /// The caller's user id, as STS has it: of a role, an id that is always the same for the same role.
    public String userId() {
        return switch (holder) {
            case Holder.Account() -> account.value();
            case Holder.Function(var role, var function) -> {
                var hash = HexFormat.of().formatHex(Sha256.of(role.getBytes(StandardCharsets.UTF_8)));
                yield "AROA" + hash.substring(0, ROLE_ID_LENGTH).toUpperCase(Locale.ROOT) + ":" + function;
            }
        };
    }

    /// The role's name without its path, as in the ARN of an assumed role.
    private static String name(String role) {
        return role.substring(role.lastIndexOf('/') + 1);
    }
}
