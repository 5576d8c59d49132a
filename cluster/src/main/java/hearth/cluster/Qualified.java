package hearth.cluster;

import hearth.model.FunctionId;

/// What is set for one version or alias of a function.
///
/// @param qualifier `Setting.WHOLE` when it is set of the function as a whole
public record Qualified<T>(FunctionId function, String qualifier, T value) {}
