package hearth.conformance.faults;

import hearth.conformance.Zips;
import hearth.conformance.faults.Call.Kind;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;

/// The functions that are called. Each answers the number that it was given, and tells `Runs` when it begins and ends.
final class Functions {
    static final String LIMITED = "limited";
    static final int LIMIT = 4;
    static final String ARN_OF_LIMITED = "arn:aws:lambda:us-east-1:000000000000:function:" + LIMITED;

    /// Invoked by events alone.
    static final String EVENTFUL = "eventful";

    private static final int WARM = 6;
    private static final String ROLE = "arn:aws:iam::000000000000:role/faults";

    private static final String HANDLER = """
            import os, random, socket, time
            told = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            name = os.environ['AWS_LAMBDA_FUNCTION_NAME']

            def tell(word, number, run):
                told.sendto(('%s %s %d %s' % (word, name, number, run)).encode(), ('TO', PORT))

            def handler(event, context):
                run = '%016x' % random.SystemRandom().getrandbits(64)
                tell('begin', event['number'], run)
                time.sleep(float(os.environ['TAKES']))
                tell('end', event['number'], run)
                return event['number']
            """;

    private final LambdaClient client;
    private final String runtime;
    private final SdkBytes zip;
    private final AtomicInteger made = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> cold = new ConcurrentLinkedQueue<>();

    Functions(LambdaClient client, String runtime) {
        this.client = client;
        this.runtime = runtime;
        this.zip = Zips.of(
                "app.py", HANDLER.replace("TO", ExampleCluster.BRIDGE).replace("PORT", Integer.toString(Runs.PORT)));
    }

    void make() {
        for (int i = 0; i < WARM; i++) {
            create("warm-" + i, "0.01");
        }
        create("streamed", "0.05");
        create(EVENTFUL, "0");
        create(LIMITED, "0.2");
        client.putFunctionConcurrency(r -> r.functionName(LIMITED).reservedConcurrentExecutions(LIMIT));
    }

    /// Makes functions that nobody has called.
    void makeCold(int count) {
        while (cold.size() < count) {
            var name = "cold-" + made.incrementAndGet();
            create(name, "0");
            cold.add(name);
        }
    }

    private void create(String name, String takes) {
        client.createFunction(request(name, takes));
        client.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    /// @param takes seconds
    CreateFunctionRequest request(String name, String takes) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime(runtime)
                .handler("app.handler")
                .role(ROLE)
                .timeout(20)
                .environment(e -> e.variables(Map.of("TAKES", takes)))
                .code(c -> c.zipFile(zip))
                .build();
    }

    boolean hasCold() {
        return !cold.isEmpty();
    }

    String of(Kind kind, RandomGenerator random) {
        return switch (kind) {
            case WARM -> "warm-" + random.nextInt(WARM);
            case STREAMED -> "streamed";
            case LIMITED -> LIMITED;
            case COLD -> {
                var next = cold.poll();
                yield next == null ? "streamed" : next;
            }
        };
    }
}
