package hearth.control.operation;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;

/// Who asks, and in which region.
public record Caller(AccountId account, Region region) {
    public FunctionId function(String name) {
        return new FunctionId(account, region, name);
    }
}
