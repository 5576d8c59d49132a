package hearth.cluster;

import hearth.model.FunctionId;

/// A setting of one version or alias of a function.
///
/// @param qualifier `Setting.WHOLE` when it is set of the function as a whole
public record Qualified<T>(FunctionId function, String qualifier, T value) {}
