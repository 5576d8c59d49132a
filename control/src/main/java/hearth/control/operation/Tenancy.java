package hearth.control.operation;

import hearth.cluster.FunctionView;

/// The settings that functions which keep their tenants apart cannot have.
public final class Tenancy {
    private Tenancy() {}

    /// Refuses such a setting in our words: AWS's are not known.
    public static void refuse(FunctionView function, String setting) {
        if (function.function()
                .filter(found -> found.latest().configuration().tenancyConfig() != null)
                .isPresent()) {
            throw Refusals.invalid(setting + " is not supported for functions with TenancyConfig.");
        }
    }
}
