package hearth.worker.runtimes;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `provided.*`: the function or one of its layers brings its own program, so that every host has them.
final class ProvidedRuntimes implements RuntimeFamily {
    @Override
    public List<String> ids() {
        return List.of("provided.al2", "provided.al2023");
    }

    @Override
    public Optional<Found> find(String id) {
        var command =
                new StartCommand.Bootstrap(List.of(LambdaPaths.TASK + "/bootstrap", LambdaPaths.LAYERS + "/bootstrap"));
        return Optional.of(new Found(
                new InstalledRuntime(
                        id,
                        "",
                        "the function's own bootstrap",
                        List.of(),
                        command,
                        Map.of(),
                        ChannelUse.NONE,
                        Optional.empty()),
                null));
    }

    @Override
    public String advice(String id) {
        return "";
    }
}
