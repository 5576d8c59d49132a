package hearth.conformance.faults.sources;

import hearth.conformance.Zips;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;

/// The function that asks the recorder about each message, and its mapping.
final class MappedFunction {
    private static final String NAME = "work";
    private static final int CONCURRENCY = 3;

    private static final SdkBytes CODE = Zips.of("app.py", """
            import base64, http.client, os, time, urllib.parse

            RECORDER = urllib.parse.urlparse(os.environ["AWS_ENDPOINT_URL_SNS"])

            def decoded(text):
                return base64.b64decode(text).decode()

            def messages(event):
                for record in event.get("Records", []):
                    if "kinesis" in record:
                        yield decoded(record["kinesis"]["data"]), record["kinesis"]["sequenceNumber"]
                    else:
                        yield record["body"], record["messageId"]
                for message in event.get("messages", []):
                    yield decoded(message["data"]), None
                if "rmqMessagesByQueue" in event:
                    for queue in event["rmqMessagesByQueue"].values():
                        for message in queue:
                            yield decoded(message["data"]), None
                if "records" in event:
                    for partition, records in event["records"].items():
                        for record in records:
                            yield decoded(record["value"]), {"partition": partition, "offset": record["offset"]}

            def succeeds(text):
                # Whoever is killed is killed in the middle.
                time.sleep(float(os.environ.get("SECONDS", "0.02")))
                connection = http.client.HTTPConnection(RECORDER.hostname, RECORDER.port, timeout=3)
                try:
                    connection.request("POST", "/", text)
                    return connection.getresponse().status == 200
                finally:
                    connection.close()

            def handler(event, context):
                failed, stopped = [], set()
                for text, identifier in messages(event):
                    key = text.split(":")[0]
                    if key in stopped or not succeeds(text):
                        if "REPORTS" not in os.environ:
                            raise ValueError(text)
                        failed.append({"itemIdentifier": identifier})
                        if "STOPS" in os.environ:
                            stopped.add(key)
                return {"batchItemFailures": failed}
            """);

    private final Servers servers;
    private final String mapping;
    private int size = 5;

    private MappedFunction(Servers servers, String mapping) {
        this.servers = servers;
        this.mapping = mapping;
    }

    static MappedFunction make(Servers servers, FaultySource source) {
        return make(servers, source.variables(), source::map);
    }

    /// @param variables of the function
    /// @param map completes its mapping
    static MappedFunction make(
            Servers servers,
            Map<String, String> variables,
            UnaryOperator<CreateEventSourceMappingRequest.Builder> map) {
        try (var lambda = servers.lambda()) {
            lambda.createFunction(r -> r.functionName(NAME)
                    .runtime("python3.11")
                    .role("arn:aws:iam::000000000000:role/any")
                    .handler("app.handler")
                    .timeout(4)
                    .environment(e -> e.variables(variables))
                    .code(c -> c.zipFile(CODE)));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(NAME));
            throttle(lambda, CONCURRENCY);
            var mapping = lambda.createEventSourceMapping(r -> {
                var _ = map.apply(r.functionName(NAME));
            });
            return new MappedFunction(servers, mapping.uuid());
        }
    }

    /// Changes its batches, disables and enables it.
    void change() {
        try (var lambda = servers.lambda()) {
            size = size == 5 ? 7 : 5;
            lambda.updateEventSourceMapping(r -> r.uuid(mapping).batchSize(size));
            awaitState(lambda, "Enabled");
            lambda.updateEventSourceMapping(r -> r.uuid(mapping).enabled(false));
            awaitState(lambda, "Disabled");
            lambda.updateEventSourceMapping(r -> r.uuid(mapping).enabled(true));
            awaitState(lambda, "Enabled");
        }
    }

    private void awaitState(LambdaClient lambda, String state) {
        while (!lambda.getEventSourceMapping(r -> r.uuid(mapping)).state().equals(state)) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    void throttle(Duration lasting) {
        try (var lambda = servers.lambda()) {
            throttle(lambda, 0);
            LockSupport.parkNanos(lasting.toNanos());
            throttle(lambda, CONCURRENCY);
        }
    }

    private static void throttle(LambdaClient lambda, int limit) {
        lambda.putFunctionConcurrency(r -> r.functionName(NAME).reservedConcurrentExecutions(limit));
    }

    /// As clients are told.
    String state() {
        try (var lambda = servers.lambda()) {
            return lambda.getEventSourceMapping(r -> r.uuid(mapping)).toString();
        }
    }
}
