package hearth.control.functions;

import hearth.control.operation.Refusals;
import hearth.model.RuntimeId;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import org.jspecify.annotations.Nullable;

/// Refuses settings that Hearth does not honour yet, rather than take them and not keep to them. Values that say
/// "none" pass: clients send them unasked.
final class Unsupported {
    private Unsupported() {}

    static void refuse(CreateFunctionRequest request) {
        refuse(request.runtimeConfig(), "RuntimeConfig");
        refuseRuntime(request.runtime());
        refuse(request.capacityProviderConfig(), "CapacityProviderConfig");
        refuse(request.durableConfig(), "DurableConfig");
        refuse(request.publishTo(), "PublishTo");
    }

    static void refuse(UpdateFunctionConfigurationRequest request) {
        refuse(request.runtimeConfig(), "RuntimeConfig");
        refuseRuntime(request.runtime());
        refuse(request.capacityProviderConfig(), "CapacityProviderConfig");
        refuse(request.durableConfig(), "DurableConfig");
    }

    static void refuse(UpdateFunctionCodeRequest request) {
        refuse(request.publishTo(), "PublishTo");
    }

    private static void refuseRuntime(@Nullable String runtime) {
        if (RuntimeId.CUSTOM.equals(runtime)) {
            throw Refusals.unsupported("Runtime " + RuntimeId.CUSTOM);
        }
    }

    private static void refuse(@Nullable Object value, String member) {
        if (value != null) {
            throw Refusals.unsupported(member);
        }
    }
}
