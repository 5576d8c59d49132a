package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// Terraform with its AWS provider, where the host has both: one configuration with every resource and data source of
/// Lambda that the provider has. What it applied it finds again as it was, twice, and destroys.
class TerraformTest {
    private static final String PROVIDER = "registry.terraform.io/hashicorp/aws";

    /// What `plan -detailed-exitcode` says when all is as configured.
    private static final int NO_CHANGE = 0;

    @TempDir
    Path folder;

    private record Outcome(int status, String output) {}

    @Test
    void everythingIsAppliedFoundUnchangedChangedAndDestroyed() throws Exception {
        assumeTrue(isThere(), "This host has no terraform");
        var plugins = plugins();
        assumeTrue(plugins.isPresent(), "This host has no copy of terraform's AWS provider");
        try (InputStream configuration = TerraformTest.class.getResourceAsStream("everything.tf")) {
            Files.write(
                    folder.resolve("main.tf"),
                    Objects.requireNonNull(configuration).readAllBytes());
        }
        Files.write(folder.resolve("app.zip"), Zips.of("app.py", """
                        import words
                        def handler(event, context):
                            return words.HELLO + ' ' + event['name']
                        """).asByteArray());
        Files.write(
                folder.resolve("layer.zip"),
                Zips.of("python/words.py", "HELLO = 'hello'\n").asByteArray());

        succeeds("init", "-input=false", "-plugin-dir=" + plugins.get());
        for (int round = 1; round <= 2; round++) {
            var applied = succeeds(in(round, "apply", "-auto-approve"));
            System.out.println("Terraform, round " + round + ": " + summary(applied));
            var plan = terraform(in(round, "plan", "-detailed-exitcode"));
            assertThat(plan.status).as(plan.output).isEqualTo(NO_CHANGE);
            var outputs = JsonNode.parser().parse(succeeds("output", "-json"));
            assertThat(output(outputs, "answer")).isEqualTo("hello round " + round);
            assertThat(output(outputs, "data_answer")).isEqualTo("hello data");
        }
        System.out.println("Terraform: " + summary(succeeds(in(2, "destroy", "-auto-approve"))));

        assertThat(TestServer.lambda().listFunctionsPaginator().functions().stream()
                        .filter(function -> function.functionName().startsWith("tf-")))
                .isEmpty();
    }

    private static String output(JsonNode outputs, String name) {
        return outputs.field(name)
                .flatMap(output -> output.field("value"))
                .orElseThrow()
                .text();
    }

    /// `Apply complete! Resources: 3 added, 0 changed, 0 destroyed.`
    private static String summary(String output) {
        return output.lines()
                .filter(line -> line.contains("complete! Resources:"))
                .findFirst()
                .orElse(output);
    }

    private static String[] in(int round, String... words) {
        return Stream.concat(
                        Stream.of(words),
                        Stream.of("-input=false", "-var=round=" + round, "-var=endpoint=" + TestServer.endpoint()))
                .toArray(String[]::new);
    }

    private String succeeds(String... words) throws Exception {
        var outcome = terraform(words);
        assertThat(outcome.status).as(outcome.output).isZero();
        return outcome.output;
    }

    private Outcome terraform(String... words) throws Exception {
        var command = new ArrayList<>(List.of("terraform", "-chdir=" + folder));
        command.addAll(List.of(words));
        if (!words[0].equals("output")) {
            command.add("-no-color");
        }
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CHECKPOINT_DISABLE", "1");
        // A configuration of the host's could name other places for providers.
        builder.environment().remove("TF_CLI_CONFIG_FILE");
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private static boolean isThere() throws InterruptedException {
        try {
            return new ProcessBuilder("terraform", "version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// Where terraform itself looks, and where images of hosts without the Internet have their providers.
    private static Optional<Path> plugins() throws IOException {
        var roots = new ArrayList<>(List.of(
                Path.of(System.getProperty("user.home"), ".terraform.d", "plugins"),
                Path.of("/usr/local/share/terraform/plugins"),
                Path.of("/usr/share/terraform/plugins")));
        try (var others = Files.list(Path.of("/opt"))) {
            others.forEach(roots::add);
        }
        return roots.stream()
                .filter(root -> Files.isDirectory(root.resolve(PROVIDER)))
                .findFirst();
    }
}
