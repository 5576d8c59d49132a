package hearth.server.urls;

import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Requester;
import hearth.server.access.Access;
import hearth.server.access.FunctionAccess;
import hearth.server.access.UrlAuthType;
import hearth.server.auth.AuthenticatedCaller;
import java.util.Optional;
import java.util.function.Consumer;

/// Has the resource policies of functions and aliases say who may call their URLs. The function's own account always
/// may, where callers sign.
record PolicyAccess(FunctionAccess access) implements UrlAccess {
    @Override
    public void decide(FunctionUrl url, Optional<AuthenticatedCaller> caller, String peer, Consumer<Verdict> listener) {
        access.decideUrl(
                url.function(),
                url.alias().orElse(null),
                url.signed() ? UrlAuthType.AWS_IAM : UrlAuthType.NONE,
                caller.map(AuthenticatedCaller::requester).orElseGet(Requester.Anonymous::new),
                caller.map(signer -> signer.keys(peer)).orElseGet(() -> anybodys(url, peer)),
                decided -> listener.accept(verdict(decided)));
    }

    private static ConditionKeys anybodys(FunctionUrl url, String peer) {
        return AuthenticatedCaller.keysOfAnybody(url.function().region(), peer);
    }

    private static Verdict verdict(Access decided) {
        return switch (decided) {
            case Access.Allowed() -> Verdict.ALLOWED;
            case Access.Refused _ -> Verdict.REFUSED;
            case Access.Unreachable() -> Verdict.UNKNOWN;
        };
    }
}
