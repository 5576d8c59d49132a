package hearth.model.worker;

import hearth.model.FunctionVersion;

/// An order to make an execution environment.
public record EnvironmentSpec(EnvironmentId id, FunctionVersion function, InitializationType initializationType) {}
