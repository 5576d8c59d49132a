package hearth.server.install;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.runtimes.SharedSdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The AWS SDK for JavaScript, version 3.
///
/// @param runtimes that this host has
record NodeSdk(HostProgram host, HostRuntimes runtimes) {
    static final String SHOWN = "@aws-sdk/core/package.json";

    /// The forty that are fetched the most from npm, and what belongs to them. AWS has all four hundred.
    private static final List<String> CLIENTS = List.of(
            "api-gateway",
            "apigatewaymanagementapi",
            "athena",
            "bedrock",
            "bedrock-agent-runtime",
            "bedrock-runtime",
            "cloudformation",
            "cloudfront",
            "cloudwatch",
            "cloudwatch-logs",
            "cognito-identity",
            "cognito-identity-provider",
            "dynamodb",
            "dynamodb-streams",
            "ec2",
            "ecr",
            "ecs",
            "eventbridge",
            "firehose",
            "iam",
            "iot-data-plane",
            "kinesis",
            "kms",
            "lambda",
            "rds",
            "rds-data",
            "rekognition",
            "route-53",
            "s3",
            "scheduler",
            "secrets-manager",
            "ses",
            "sesv2",
            "sfn",
            "sns",
            "sqs",
            "ssm",
            "sts",
            "textract",
            "xray");

    private static final List<String> LIBRARIES = List.of(
            "@aws-sdk/cloudfront-signer",
            "@aws-sdk/credential-providers",
            "@aws-sdk/lib-dynamodb",
            "@aws-sdk/lib-storage",
            "@aws-sdk/rds-signer",
            "@aws-sdk/s3-presigned-post",
            "@aws-sdk/s3-request-presigner",
            "@aws-sdk/util-dynamodb",
            "@smithy/node-http-handler");

    /// The last one that works with a version of Node.js that is out of the SDK's support.
    private static final Map<Integer, String> LAST = Map.of(16, "3.722.0", 18, "3.967.0");

    private static final String CLIENT = "client-";
    private static final JsonFactory JSON = new JsonFactory();

    /// The version to ask for, where the newest does not work with this Node.js.
    static Optional<String> last(int major) {
        return Optional.ofNullable(LAST.get(major));
    }

    /// @param version the highest; empty for the newest
    /// @param more clients, such as `glue`
    Source npm(Npm npm, Archives archives, Optional<String> version, Collection<String> more) {
        return folder -> {
            var clients = new TreeSet<>(CLIENTS);
            clients.addAll(more);
            var range = version.map(highest -> "@>=3.0.0 <=" + highest).orElse("@3");
            var packages = clients.stream()
                    .map(client -> "@aws-sdk/" + CLIENT + client + range)
                    .collect(Collectors.toCollection(ArrayList::new));
            LIBRARIES.forEach(library -> packages.add(library + (library.startsWith("@aws-sdk/") ? range : "")));
            host.progress().println("  fetching " + packages.size() + " packages, and what they need, with npm");
            npm.install(folder, packages);
            Files.deleteIfExists(folder.resolve("package.json"));
            Files.deleteIfExists(folder.resolve("package-lock.json"));
            describe(folder);
        };
    }

    /// The source of a folder as `npm install` makes it.
    Source given(Path given, Archives archives) {
        return folder -> {
            var modules = Files.createDirectory(folder.resolve(SharedSdk.modules(SharedSdk.NODE)));
            new GivenFiles(given, SHOWN, archives).fill(modules);
            describe(folder);
        };
    }

    /// Drops what only compilers and people read, two thirds of all, and writes what the copy is.
    private static void describe(Path folder) throws IOException, InstallException {
        var modules = folder.resolve(SharedSdk.modules(SharedSdk.NODE));
        FileTrees.deleteFiles(modules, file -> {
            var name = file.getFileName().toString();
            return name.endsWith(".d.ts") || name.endsWith(".map") || name.endsWith(".md");
        });
        var version = "";
        var since = "0";
        for (var client : clients(modules)) {
            var about = about(modules.resolve("@aws-sdk").resolve(CLIENT + client));
            version = latest(version, about.getOrDefault("version", ""));
            since = latest(
                    since,
                    about.getOrDefault("node", "").replaceFirst(">=\\s*", "").replaceFirst("\\..*", ""));
        }
        if (version.isEmpty()) {
            throw new InstallException("there is no @aws-sdk/client-* in " + modules);
        }
        Files.writeString(folder.resolve(SharedSdk.PROPERTIES), "version=%s%nsince=%s%n".formatted(version, since));
    }

    private static String latest(String one, String other) {
        return HostRuntimes.VERSIONS.compare(one, other) >= 0 ? one : other;
    }

    /// The clients of a copy, such as `s3`.
    static List<String> clients(Path modules) {
        return FileTrees.list(modules.resolve("@aws-sdk")).stream()
                .map(folder -> folder.getFileName().toString())
                .filter(name -> name.startsWith(CLIENT))
                .map(name -> name.substring(CLIENT.length()))
                .toList();
    }

    /// `version` of a package, and `node` of what it asks of its engines.
    private static Map<String, String> about(Path folder) throws IOException {
        var about = new HashMap<String, String>();
        try (var json = JSON.createParser(folder.resolve("package.json").toFile())) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var member = json.currentName();
                json.nextToken();
                if (member.equals("version")) {
                    about.put(member, json.getText());
                } else if (member.equals("engines") && json.currentToken() == JsonToken.START_OBJECT) {
                    readEngines(json, about);
                } else {
                    json.skipChildren();
                }
            }
        }
        return about;
    }

    private static void readEngines(JsonParser json, Map<String, String> about) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var engine = json.currentName();
            json.nextToken();
            if (engine.equals("node")) {
                about.put(engine, json.getText());
            } else {
                json.skipChildren();
            }
        }
    }

    /// Loads each client with the oldest Node.js that it is for.
    ///
    /// @return which that was; empty if this host has none
    Optional<String> check(SharedSdk sdk) throws InstallException {
        var oldest = runtimes.ready("nodejs").stream()
                .filter(row -> sdk.worksWith(Language.NODE.version(row.id())))
                .min(Comparator.comparing(Runtimes.Row::version, HostRuntimes.VERSIONS));
        if (oldest.isPresent()) {
            var program = new StringBuilder();
            for (var client : clients(sdk.folder())) {
                program.append("require('@aws-sdk/client-").append(client).append("');");
            }
            var variables = new HashMap<>(host.environment());
            variables.put("NODE_PATH", sdk.folder().toString());
            host.run(
                    "trying it with " + oldest.get().id(),
                    Path.of("/"),
                    variables,
                    List.of(oldest.get().note(), "-e", program.toString()));
        }
        return oldest.map(Runtimes.Row::id);
    }
}
