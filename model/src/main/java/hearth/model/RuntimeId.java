package hearth.model;

import java.util.List;
import java.util.Set;

/// A runtime as the API names it, such as `python3.12`: one that a function may have. Whether a host can run it is
/// the worker's to say.
public record RuntimeId(String value) {
    /// A runtime that its customer made and versions, which `RuntimeConfig` names.
    public static final String CUSTOM = "custom";

    /// The ids in the order in which AWS prints them, which is part of its message.
    private static final List<String> PRINTED = List.of(
            "nodejs20.x",
            "python3.14",
            "provided.al2023",
            "python3.12",
            "python3.13",
            "nodejs24.x",
            "nodejs22.x",
            "java25",
            "python3.10",
            "python3.11",
            "java21",
            "ruby3.3",
            "ruby3.4",
            "ruby3.2",
            "python3.8",
            "python3.9",
            "java17",
            "nodejs16.x",
            "dotnet10",
            "dotnet8",
            "java11",
            "dotnet6",
            "nodejs18.x",
            "provided.al2",
            "java8.al2");

    /// Younger than the recorded message, yet in the API's model.
    private static final Set<String> YOUNGER = Set.of(
            "ruby4.0", "nodejs26.x", "python3.15", "java8.al2023", "java11.al2023", "java17.al2023", RuntimeId.CUSTOM);

    private static final Set<String> DEPRECATED = Set.of(
            "dotnetcore1.0",
            "dotnetcore2.0",
            "dotnetcore2.1",
            "dotnetcore3.1",
            "go1.x",
            "java8",
            "nodejs",
            "nodejs10.x",
            "nodejs12.x",
            "nodejs14.x",
            "nodejs4.3",
            "nodejs4.3-edge",
            "nodejs6.10",
            "nodejs8.10",
            "provided",
            "python2.7",
            "python3.6",
            "python3.7",
            "ruby2.5",
            "ruby2.7");

    /// Refuses what AWS refuses when a function is created or changed, in its words.
    public RuntimeId {
        if (DEPRECATED.contains(value)) {
            throw new ApiException(
                    ApiError.INVALID_PARAMETER_VALUE,
                    "The runtime parameter of " + value
                            + " is no longer supported for creating or updating AWS Lambda functions."
                            + " We recommend you use a supported runtime while creating or updating functions.");
        }
        if (!PRINTED.contains(value) && !YOUNGER.contains(value)) {
            throw new ApiException(
                    ApiError.INVALID_PARAMETER_VALUE,
                    "Value " + value
                            + " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
                            + PRINTED + " or be a valid ARN");
        }
    }

    /// Whether it runs a program named `bootstrap` of the deployment package, and so needs no handler.
    public boolean isProvided() {
        return value.startsWith("provided.");
    }

    @Override
    public String toString() {
        return value;
    }
}
