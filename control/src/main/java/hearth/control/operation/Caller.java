package hearth.control.operation;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;

/// Who asks, and in which region.
///
/// @param endpoint under which they reached the API, such as `http://127.0.0.1:9000`
public record Caller(AccountId account, Region region, String endpoint) {
    public FunctionId function(String name) {
        return new FunctionId(account, region, name);
    }
}
