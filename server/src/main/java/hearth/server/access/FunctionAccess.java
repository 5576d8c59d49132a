package hearth.server.access;

import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.Lookup;
import hearth.model.FunctionId;
import hearth.model.policy.AccessRequest;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Decision;
import hearth.model.policy.Requester;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Whether somebody may invoke a function: its own account always, all others by the resource policies of the
/// function and of the version or alias that they name.
///
/// Of a function that is known all of it happens on the calling thread.
public final class FunctionAccess {
    private static final int MOST_ANSWERED = 1000;
    private static final int MOST_CHARACTERS = 4 << 20;
    private static final String INVOKE_URL = "lambda:InvokeFunctionUrl";
    private static final String INVOKE = "lambda:InvokeFunction";

    private final FunctionResolver functions;
    private final InstantSource clock;
    private final int mostCharacters;
    private final PolicyMemory policies = new PolicyMemory();

    /// The last answer about each function, version or alias. The same question in the same second, which is as exact
    /// as policies are about time, has the same answer. Written to with its own lock.
    private final Map<String, Answer> answered = new ConcurrentHashMap<>();

    /// The length of all documents in there. Guarded by it.
    private int characters;

    private record Question(
            List<String> documents, Requester requester, List<String> actions, ConditionKeys keys, long second) {}

    private record Answer(Question question, Access access) {
        int length() {
            return question.documents.stream().mapToInt(String::length).sum();
        }
    }

    public FunctionAccess(FunctionResolver functions, InstantSource clock) {
        this(functions, clock, MOST_CHARACTERS);
    }

    /// @param mostCharacters of the policies of all answers that are remembered
    FunctionAccess(FunctionResolver functions, InstantSource clock, int mostCharacters) {
        this.functions = functions;
        this.clock = clock;
        this.mostCharacters = mostCharacters;
    }

    /// Decides on a request to invoke a function, from an account, from a function in its role, or from a service.
    ///
    /// @param qualifier as the request names it; null when it names none
    /// @param action such as `lambda:InvokeFunction`
    /// @param keys what is known of the request but requester, function and time: of a service's, the ARN and the
    ///     account that it acts for
    /// @param listener told exactly once; must not block
    public void decide(
            FunctionId function,
            @Nullable String qualifier,
            Requester requester,
            String action,
            ConditionKeys keys,
            Consumer<Access> listener) {
        decide(
                function,
                qualifier,
                requester,
                List.of(action),
                keys.with(ConditionKeys.INVOKED_VIA_FUNCTION_URL, "false"),
                listener);
    }

    /// Decides on a request that came by a function URL. Others than the function's own account need leave to invoke
    /// the URL, and the function by it.
    ///
    /// @param alias whose URL it is; null for that of the function
    /// @param requester `Anonymous` with `NONE`, whatever the request may say
    public void decideUrl(
            FunctionId function,
            @Nullable String alias,
            UrlAuthType authType,
            Requester requester,
            ConditionKeys keys,
            Consumer<Access> listener) {
        decide(
                function,
                alias,
                authType == UrlAuthType.NONE ? new Requester.Anonymous() : requester,
                List.of(INVOKE_URL, INVOKE),
                keys.with(ConditionKeys.FUNCTION_URL_AUTH_TYPE, authType.name())
                        .with(ConditionKeys.INVOKED_VIA_FUNCTION_URL, "true"),
                listener);
    }

    private void decide(
            FunctionId function,
            @Nullable String qualifier,
            Requester requester,
            List<String> actions,
            ConditionKeys keys,
            Consumer<Access> listener) {
        if (requester.isOf(function.account())) {
            listener.accept(new Access.Allowed());
            return;
        }
        var arn = qualifier == null ? function.arn() : function.arn(qualifier);
        var now = clock.instant();
        functions.lookUp(
                function,
                qualifier == null ? FunctionId.LATEST : qualifier,
                lookup -> listener.accept(access(lookup, requester, actions, arn, keys, now)));
    }

    private Access access(
            Lookup lookup, Requester requester, List<String> actions, String arn, ConditionKeys keys, Instant now) {
        var documents =
                switch (lookup) {
                    case Lookup.Found(var routing) -> routing.policies();
                    // Nobody learns what others have.
                    case Lookup.Missing() -> List.<String>of();
                    case Lookup.Unreachable _ -> null;
                };
        if (documents == null) {
            return new Access.Unreachable();
        }
        var question = new Question(documents, requester, actions, keys, now.getEpochSecond());
        var last = answered.get(arn);
        if (last != null && last.question.equals(question)) {
            return last.access;
        }
        var access = decided(documents, requester, actions, arn, keys.at(now));
        remember(arn, new Answer(question, access));
        return access;
    }

    private void remember(String arn, Answer answer) {
        synchronized (answered) {
            var before = answered.put(arn, answer);
            characters += answer.length() - (before == null ? 0 : before.length());
            if (answered.size() > MOST_ANSWERED || characters > mostCharacters) {
                answered.clear();
                answered.put(arn, answer);
                characters = answer.length();
            }
        }
    }

    /// How many answers are remembered.
    int remembered() {
        return answered.size();
    }

    private Access decided(
            List<String> documents, Requester requester, List<String> actions, String arn, ConditionKeys keys) {
        for (var action : actions) {
            var request = AccessRequest.of(requester, action, arn, keys);
            var decision = documents.stream()
                    .map(document -> policies.of(document).decide(request))
                    .reduce(Decision.UNDECIDED, Decision::and);
            if (!decision.isAllowed()) {
                return new Access.Refused(request.refusal(decision));
            }
        }
        return new Access.Allowed();
    }
}
