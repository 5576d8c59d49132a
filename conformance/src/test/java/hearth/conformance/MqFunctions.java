package hearth.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// A Hearth server whose functions say what they get of Amazon MQ's queues.
final class MqFunctions implements AutoCloseable {
    static final String BROKER = "arn:aws:mq:eu-west-1:000000000000:broker:orders:b-1";

    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:";

    /// Says what it got, and fails on `until:TIME` before that time.
    private static final SdkBytes FUNCTION = Zips.of("app.py", """
            import base64, json, os, time

            def handler(event, context):
                if os.environ.get("SLOW"):
                    time.sleep(float(os.environ["SLOW"]))
                messages = event["messages"] if "messages" in event else [
                    message for queue in event["rmqMessagesByQueue"].values() for message in queue]
                texts = [base64.b64decode(message["data"]).decode() for message in messages]
                for text in texts:
                    if text.startswith("until:") and time.time() < float(text[6:]):
                        print("FAILED " + " ".join(texts))
                        raise ValueError("as it was asked to")
                print("GOT " + json.dumps(event)[:10_000])
                print("TEXTS " + " ".join(text[:100] for text in texts))
                print("DONE %d" % len(texts))
            """);

    private final Path data;
    private final HearthProcess server;
    private final LambdaClient lambda;

    private MqFunctions(Path data, HearthProcess server) {
        this.data = data;
        this.server = server;
        this.lambda = Clients.lambda(server.endpoint());
    }

    /// @param url of the broker
    static MqFunctions start(Path data, String url, String user, String password) {
        return start(data, Map.of(), url, user, password);
    }

    /// @param environment of the server
    static MqFunctions start(Path data, Map<String, String> environment, String url, String user, String password) {
        return new MqFunctions(
                data,
                HearthProcess.start(
                        data,
                        environment,
                        "--broker",
                        BROKER + "=" + url,
                        "--secret",
                        SECRET + "user=" + secret(user, password),
                        "--secret",
                        SECRET + "wrong=" + secret(user, "hunter2")));
    }

    private static Path secret(String user, String password) {
        try {
            return Files.writeString(
                    TestServer.temporaryFolder().resolve("secret.json"),
                    "{\"username\":\"" + user + "\",\"password\":\""
                            + password.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LambdaClient lambda() {
        return lambda;
    }

    HearthProcess server() {
        return server;
    }

    void create(String function, Map<String, String> variables) {
        lambda.createFunction(r -> r.functionName(function)
                .runtime("python3.11")
                .role("arn:aws:iam::000000000000:role/any")
                .handler("app.handler")
                .timeout(30)
                .environment(e -> e.variables(variables))
                .code(c -> c.zipFile(FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(function));
    }

    /// A function, and a mapping of the queue of the same name.
    String map(String name, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        return map(name, Map.of(), settings);
    }

    String map(String name, Map<String, String> variables, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        create(name, variables);
        return lambda.createEventSourceMapping(r -> {
                    r.functionName(name)
                            .eventSourceArn(BROKER)
                            .queues(name)
                            .sourceAccessConfigurations(access("BASIC_AUTH", secretArn("user")));
                    settings.accept(r);
                })
                .uuid();
    }

    static SourceAccessConfiguration access(String type, String uri) {
        return SourceAccessConfiguration.builder().type(type).uri(uri).build();
    }

    static String secretArn(String name) {
        return SECRET + name;
    }

    void awaitResult(String mapping, String result) {
        Await.until(
                () -> result + " and not " + result(mapping) + server.output(), () -> result.equals(result(mapping)));
    }

    String result(String mapping) {
        return String.valueOf(lambda.getEventSourceMapping(r -> r.uuid(mapping)).lastProcessingResult());
    }

    void awaitLog(String function, String words) {
        Await.until(() -> words + " in " + log(function) + server.output(), () -> log(function)
                .contains(words));
    }

    /// Of all messages that it succeeded on, in the order in which it did.
    List<String> texts(String function) {
        return FunctionLogs.words(data, function, "TEXTS");
    }

    /// What all its environments said, in the order in which they said it. A backslash is written twice there.
    String log(String function) {
        return FunctionLogs.text(data, function);
    }

    @Override
    public void close() {
        lambda.close();
        server.close();
    }
}
