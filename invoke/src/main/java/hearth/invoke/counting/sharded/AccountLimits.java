package hearth.invoke.counting.sharded;

import hearth.invoke.counting.FunctionLimits;
import java.util.Map;

/// What an account may run at once, in all and of each function.
///
/// @param functions by name, those that have something for themselves alone
public record AccountLimits(int limit, Map<String, FunctionLimits> functions) {
    public AccountLimits {
        functions = Map.copyOf(functions);
        if (limit < 0) {
            throw new IllegalArgumentException("The account's limit is " + limit + "; it cannot be less than 0");
        }
    }

    public FunctionLimits of(String function) {
        return functions.getOrDefault(function, FunctionLimits.NONE);
    }
}
