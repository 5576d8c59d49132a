package hearth.control.operation;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;

/// The account that asks, and the region that it asks in.
///
/// @param endpoint under which they reached the API, such as `http://127.0.0.1:9000`
public record Caller(AccountId account, Region region, String endpoint) {
    public FunctionId function(String name) {
        return new FunctionId(account, region, name);
    }
}
