package hearth.control.operation;

import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The classes that carry out the operations of the API, each by the name of its class.
public final class Operations {
    private static final Map<String, ApiOperation> BY_NAME =
            Arrays.stream(ApiOperation.values()).collect(Collectors.toMap(ApiOperation::wireName, Function.identity()));

    private final Map<ApiOperation, Operation<?, ?>> written = new EnumMap<>(ApiOperation.class);

    public Operations add(Operation<?, ?> handler) {
        var operation = BY_NAME.get(handler.getClass().getSimpleName());
        if (operation == null) {
            throw new IllegalArgumentException(handler.getClass() + " bears the name of no operation");
        }
        written.put(operation, handler);
        return this;
    }

    /// The operations that are written.
    public Set<ApiOperation> all() {
        return Collections.unmodifiableSet(written.keySet());
    }

    /// Carries it out; empty when nobody can.
    ///
    /// @param request of the operation's request type
    public Optional<ApiShape> handle(ApiOperation operation, Caller caller, ApiShape request) {
        return find(operation)
                .map(handler -> handle(handler, caller, operation.requestType().cast(request)));
    }

    public Optional<Operation<?, ?>> find(ApiOperation operation) {
        return Optional.ofNullable(written.get(operation));
    }

    @SuppressWarnings("unchecked")
    private static <Q extends ApiShape> ApiShape handle(Operation<?, ?> handler, Caller caller, Q request) {
        // Each operation stands under its own name, whose request type was checked just before.
        return ((Operation<Q, ?>) handler).handle(caller, request);
    }
}
