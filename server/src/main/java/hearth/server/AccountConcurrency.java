package hearth.server;

import hearth.cluster.FunctionStore;
import hearth.cluster.Qualified;
import hearth.cluster.Setting;
import hearth.invoke.counting.Counting;
import hearth.invoke.counting.FunctionLimits;
import hearth.model.FunctionId;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Tells whoever counts what each function reserves, and what is provisioned for its versions.
final class AccountConcurrency {
    private final FunctionStore functions;
    private final Counting counting;

    /// Functions for which something is provisioned: an alias may have it go to another version.
    private final Set<FunctionId> provisioned = ConcurrentHashMap.newKeySet();

    AccountConcurrency(FunctionStore functions, Counting counting) {
        this.functions = functions;
        this.counting = counting;
    }

    /// Tells of all that is set now, and from now on of each change before whoever made it is answered.
    void begin() {
        functions.onChange(Setting.RESERVED_CONCURRENCY, this::limit);
        functions.onChange(Setting.PROVISIONED_CONCURRENCY, this::limit);
        functions.onChange(function -> {
            if (provisioned.contains(function)) {
                limit(function);
            }
        });
        Stream.of(functions.settings(Setting.RESERVED_CONCURRENCY), functions.settings(Setting.PROVISIONED_CONCURRENCY))
                .flatMap(Collection::stream)
                .map(Qualified::function)
                .distinct()
                .forEach(this::limit);
    }

    /// One at a time, so that what was read first is not told last.
    private synchronized void limit(FunctionId function) {
        var reserved = functions.read(function, view -> view.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE));
        var byVersion = functions.provisioned(function).entrySet().stream()
                .collect(Collectors.toMap(one -> one.getKey().version(), Map.Entry::getValue));
        if (byVersion.isEmpty()) {
            provisioned.remove(function);
        } else {
            provisioned.add(function);
        }
        counting.limit(
                function, new FunctionLimits(reserved.map(OptionalInt::of).orElseGet(OptionalInt::empty), byVersion));
    }
}
