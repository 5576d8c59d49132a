package hearth.server.auth;

import hearth.model.AccountId;
import hearth.model.Region;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Requester;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The account that a request acts for, the region that it acts in, and who it is in that account.
///
/// @param source for which a service calls
public record AuthenticatedCaller(AccountId account, Region region, Holder holder, Source source) {
    private static final int ROLE_ID_LENGTH = 17;
    private static final String ROLE = ":role/";

    public AuthenticatedCaller(AccountId account, Region region) {
        this(account, region, new Holder.Account());
    }

    public AuthenticatedCaller(AccountId account, Region region, Holder holder) {
        this(account, region, holder, Source.NONE);
    }

    /// Whether this is a principal of the account, which may do everything there. A service is of none.
    public boolean isOf(AccountId owner) {
        return !(holder instanceof Holder.Service) && account.equals(owner);
    }

    /// The account that others are told; of a service, which is of none, its own name.
    public String accountName() {
        return holder instanceof Holder.Service(var principal) ? principal : account.value();
    }

    /// The id of the organization that the caller is in; null where nothing is known of one.
    public @Nullable String organizationId() {
        return holder instanceof Holder.Member(var organization) ? organization.id() : null;
    }

    /// The caller as policies see it.
    public Requester requester() {
        return switch (holder) {
            case Holder.Account(), Holder.Member _ -> new Requester.Account(account, region.partition());
            case Holder.Service(var principal) -> new Requester.Service(principal);
            case Holder.Function(var role, var function) ->
                new Requester.Session(account, region.partition(), name(role), function);
        };
    }

    /// What conditions of policies may ask about the request, but when it was made.
    ///
    /// @param remote the client's address
    public ConditionKeys keys(String remote) {
        var keys = keysOfAnybody(region, remote);
        return switch (holder) {
            case Holder.Account _, Holder.Function _ -> keys.with(ConditionKeys.USER_ID, userId());
            case Holder.Member(var organization) -> keys(keys, organization).with(ConditionKeys.USER_ID, userId());
            case Holder.Service _ -> source.addTo(keys);
        };
    }

    private static ConditionKeys keys(ConditionKeys keys, Organization organization) {
        var withId = keys.with(ConditionKeys.PRINCIPAL_ORG_ID, organization.id());
        return organization.path().isEmpty()
                ? withId
                : withId.with(ConditionKeys.PRINCIPAL_ORG_PATHS, organization.path());
    }

    /// What conditions may ask about a request of which nobody knows who sent it.
    public static ConditionKeys keysOfAnybody(Region region, String remote) {
        return ConditionKeys.NONE
                .with(ConditionKeys.REQUESTED_REGION, region.value())
                .with(ConditionKeys.SOURCE_IP, remote)
                .with(ConditionKeys.SECURE_TRANSPORT, "false");
    }

    /// The caller's ARN, as STS has it.
    public String arn() {
        return requester().arn();
    }

    /// The caller's user id, as STS has it: of a role, an id that is always the same for the same role.
    public String userId() {
        return switch (holder) {
            case Holder.Account(), Holder.Member _ -> account.value();
            case Holder.Service(var principal) -> principal;
            case Holder.Function(var role, var function) -> {
                var hash = HexFormat.of().formatHex(Sha256.of(role.getBytes(StandardCharsets.UTF_8)));
                yield "AROA" + hash.substring(0, ROLE_ID_LENGTH).toUpperCase(Locale.ROOT) + ":" + function;
            }
        };
    }

    /// The role's name after its path. The account that its ARN names counts for nothing: nobody has checked it.
    private static String name(String role) {
        int begin = role.indexOf(ROLE);
        return role.substring(begin < 0 ? role.lastIndexOf('/') + 1 : begin + ROLE.length());
    }
}
