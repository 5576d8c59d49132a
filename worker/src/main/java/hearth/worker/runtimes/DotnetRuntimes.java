package hearth.worker.runtimes;

import java.util.List;
import java.util.Optional;

/// `dotnet6` and later, which Hearth does not run: a .NET function that brings all it needs is one of `provided.*`.
final class DotnetRuntimes implements RuntimeFamily {
    @Override
    public List<String> ids() {
        return List.of("dotnet6", "dotnet8", "dotnet10");
    }

    @Override
    public Optional<Found> find(String id) {
        return Optional.empty();
    }

    @Override
    public String advice(String id) {
        return "publish the function self-contained, as the `bootstrap` of provided.al2023 (docs/dotnet.md)";
    }
}
