package hearth.server.cli;

import hearth.server.AuthMode;
import hearth.server.Hearth;
import hearth.server.HostPort;
import hearth.server.ServerConfig;
import hearth.worker.sandbox.SandboxKind;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/// The message of `hearth up` when it answers: where, how isolated, how quickly, and what to try.
record ReadyMessage(Hearth hearth, ServerConfig config, Duration taken) {
    @Override
    public String toString() {
        var endpoint = hearth.url();
        if (!config.cluster().join().isEmpty()) {
            return """

                    Hearth's worker is ready at %s after %.2f s, and runs functions (sandboxes: %s) for the frontend at %s
                    """.formatted(
                    endpoint,
                    taken.toMillis() / 1000.0,
                    hearth.sandbox().map(SandboxKind::label).orElse("none"),
                    config.cluster().join().stream().map(HostPort::toString).collect(Collectors.joining(", ")));
        }
        var elsewhere = config.cluster()
                .workersListen()
                .map(_ -> "functions run on workers that join")
                .orElse("no functions run here");
        var sandboxes =
                hearth.sandbox().map(kind -> "sandboxes: " + kind.label()).orElse(elsewhere);
        return """

                Hearth is ready at %s after %.2f s (%s, auth: %s)

                Try it:
                %s
                Any AWS client works: give it the endpoint %s. Ctrl-C stops the server.
                """.formatted(
                        endpoint,
                        taken.toMillis() / 1000.0,
                        sandboxes,
                        config.auth().name().toLowerCase(Locale.ROOT),
                        (config.auth() == AuthMode.NONE ? unsigned() : signed())
                                .replace("ENDPOINT", endpoint)
                                .indent(2)
                                .stripTrailing()
                                .concat("\n"),
                        endpoint);
    }

    private static String unsigned() {
        return CREATE_PACKAGE + """
                export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
                """ + COMMANDS + """

                or with nothing but curl:
                curl -s ENDPOINT/2015-03-31/functions
                curl -s ENDPOINT/2015-03-31/functions/hello/invocations -d '{"name": "world"}'
                """;
    }

    private static String signed() {
        return CREATE_PACKAGE + """
                ./hearth keys create        # and export what it prints
                """ + COMMANDS;
    }

    private static final String CREATE_PACKAGE = """
            echo 'def handler(event, context): return {"hello": event["name"]}' > app.py
            python3 -m zipfile -c app.zip app.py
            """;

    private static final String COMMANDS = """
            aws lambda create-function --endpoint-url ENDPOINT --function-name hello --runtime python3.11 \\
              --handler app.handler --role arn:aws:iam::000000000000:role/any --zip-file fileb://app.zip
            aws lambda wait function-active-v2 --endpoint-url ENDPOINT --function-name hello
            echo '{"name": "world"}' > event.json
            aws lambda invoke --endpoint-url ENDPOINT --function-name hello --payload fileb://event.json /dev/stdout
            """;
}
