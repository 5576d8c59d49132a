package hearth.control.operation;

import hearth.cluster.FunctionView;

/// What functions that keep their tenants apart cannot have.
public final class Tenancy {
    private Tenancy() {}

    /// In our words: AWS's are not known.
    public static void refuse(FunctionView function, String setting) {
        if (function.function()
                .filter(found -> found.latest().configuration().tenancyConfig() != null)
                .isPresent()) {
            throw Refusals.invalid(setting + " is not supported for functions with TenancyConfig.");
        }
    }
}
