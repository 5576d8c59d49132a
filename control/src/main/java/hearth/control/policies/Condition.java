package hearth.control.policies;

/// What must hold for a statement to apply.
///
/// @param operator how the key's value is compared: `ArnLike`
/// @param key what is compared: `AWS:SourceArn`
public record Condition(String operator, String key, String value) {}
