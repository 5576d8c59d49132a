package hearth.model.policy;

import java.util.List;

/// A condition that must hold for a statement to apply.
///
/// @param operator how the key's value is compared: `ArnLike`
/// @param key what is compared: `AWS:SourceArn`
/// @param values with one of which the comparison is to hold
public record PolicyCondition(String operator, String key, List<String> values) {
    public PolicyCondition(String operator, String key, String value) {
        this(operator, key, List.of(value));
    }
}
