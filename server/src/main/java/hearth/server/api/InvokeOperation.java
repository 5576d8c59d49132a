package hearth.server.api;

import hearth.invoke.frontend.InvocationRequest;
import hearth.invoke.frontend.InvocationResponder;

/// The frontend's `Invoke`. Called on event loops: must not block.
@FunctionalInterface
public interface InvokeOperation {
    void invoke(InvocationRequest request, InvocationResponder responder);
}
