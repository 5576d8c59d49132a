package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// An access key as `./hearth keys create` makes it.
record Keys(String id, String secret) {
    private static final String EXPORT = "export ";

    /// @param options besides those of the folder and the account
    static Keys create(Path data, String account, String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("keys", "create", "--data", data.toString(), "--account", account));
        command.addAll(List.of(options));
        var made = HearthProcess.command(command).start();
        try (var lines = made.inputReader()) {
            var said = lines.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith(EXPORT))
                    .map(line -> line.substring(EXPORT.length()).split("=", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
            assertThat(made.waitFor()).isZero();
            return new Keys(said.getOrDefault("AWS_ACCESS_KEY_ID", ""), said.getOrDefault("AWS_SECRET_ACCESS_KEY", ""));
        }
    }

    Map<String, String> variables() {
        return Map.of("AWS_ACCESS_KEY_ID", id, "AWS_SECRET_ACCESS_KEY", secret);
    }

    LambdaClient lambda(URI endpoint) {
        return Clients.lambda(endpoint, id, secret, Region.EU_WEST_1);
    }
}
