package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.server.auth.KeyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// Ten thousand requests that were valid before something happened to them, over all operations of the model: each
/// is answered, none with a fault of ours, and nothing else changes than what was acknowledged. Every build has the
/// same; `-Dhearth.mutations.seed=…` makes others, `-Dhearth.mutations.count=…` says how many.
class RequestMutationsTest {
    private static final int COUNT = Integer.getInteger("hearth.mutations.count", 6_000);
    private static final long SEED = 20_261_126;
    private static final String REGION = "eu-west-1";
    private static final AccountId ACCOUNT = new AccountId("111122223333");
    private static final Pattern CREATED =
            Pattern.compile("\"FunctionArn\":\"arn:aws[a-z-]*:lambda:([^:\"]+):(\\d{12}):function:([^:\"]+)");
    private static final SdkBytes ECHO = SdkBytes.fromByteArray(Mutations.ZIP);

    private final long seed = Long.getLong("hearth.mutations.seed", SEED);
    private final ApiModel model = ApiModel.load();
    private List<ApiModel.Operation> written = List.of();
    private final Path data = TestServer.temporaryFolder();

    private record Scope(String account, String region) {}

    /// What has been acknowledged to be there.
    private final Map<Scope, Set<String>> functions =
            new TreeMap<>(Comparator.comparing(Scope::account).thenComparing(Scope::region));

    private final Map<Scope, LambdaClient> clients = new HashMap<>();
    private final Map<String, Integer> answers = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"none", "sigv4"})
    void eachIsAnsweredNoneWithAFaultOfOursAndNobodyElseNotices(String auth) throws Exception {
        var key = new KeyFile(data.resolve(KeyFile.NAME), InstantSource.system()).create(ACCOUNT, null, new Random());
        var signature = auth.equals("none")
                ? new Signature(ACCOUNT.value(), "any", REGION)
                : new Signature(key.id(), key.secret(), REGION);
        try (var server = HearthProcess.start(data, "--auth", auth, "--pool-memory", "0");
                var lambda =
                        Clients.lambda(server.endpoint(), signature.keyId(), signature.secret(), Region.of(REGION))) {
            written = WrittenOperations.of(model, server.endpoint(), signature);
            create(lambda, "bystander");
            create(lambda, "invoked");
            functions.put(new Scope(ACCOUNT.value(), REGION), new TreeSet<>(List.of("bystander", "invoked")));
            lambda.invoke(r -> r.functionName("bystander"));
            var descriptors = new Descriptors(server.pid());
            long open = descriptors.settled();

            String summary;
            try (var bystander = Bystander.watch(server.endpoint(), "bystander", signature)) {
                for (int round = 0; round < COUNT / 2; round++) {
                    attack(server, signature, round, new Random(seed + round));
                }
                assertThat(bystander.errors()).isEmpty();
                summary = bystander.summary();
            }

            functions.forEach((scope, names) -> assertThat(list(server, signature, scope))
                    .as("seed %d", seed)
                    .isEqualTo(names));
            // Their environments go with them, and so do our own connections.
            deleteAll(server, signature);
            closeClients();
            Await.until(
                    () -> "descriptors are closed: " + descriptors.open() + " are open, were " + open,
                    () -> descriptors.open() <= open);
            assertThat(server.output()).as("seed %d", seed).doesNotContainPattern(KillRoundsTest.TROUBLE);
            assertThat(answers.keySet()).as("operations were reached").contains("200 ", "201 ", "204 ");
            System.out.printf(
                    "RequestMutationsTest --auth %s, seed %d: %d requests over %d operations, of which %d are written,"
                            + " answered with %s; %s%n",
                    auth, seed, COUNT / 2, model.operations().size(), written.size(), answers, summary);
        } finally {
            closeClients();
        }
    }

    private void closeClients() {
        clients.values().forEach(LambdaClient::close);
        clients.clear();
    }

    private void deleteAll(HearthProcess server, Signature signature) {
        functions.forEach((scope, names) -> names.stream()
                .filter(name -> !name.equals("bystander"))
                .forEach(name -> client(server, signature, scope).deleteFunction(r -> r.functionName(name))));
    }

    private static void create(LambdaClient lambda, String name) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .timeout(60)
                .code(c -> c.zipFile(ECHO)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    private void attack(HearthProcess server, Signature signature, int round, Random random) throws IOException {
        // Every other request is for an operation that does something.
        var operations = round % 2 == 0 ? model.operations() : written;
        var operation = operations.get(round / 2 % operations.size());
        var draft = new ValidRequests(model, random, values(operation.name())).of(operation);
        draft.headers.add("Host: localhost");
        var mutations = new Mutations(random);
        int when = random.nextInt(8);
        if (when > 1) {
            mutations.spoil(draft);
        }
        signature.sign(draft);
        if (when == 1) {
            mutations.spoilSignature(draft);
        }
        var request = when == 0 ? mutations.spoil(draft.toBytes()) : draft.toBytes();
        Wire.Answer answer;
        try (var wire = new Wire(server.endpoint())) {
            answer = wire.send(request).endOutput().read(isHead(request));
        } catch (IOException e) {
            throw new AssertionError(told(operation.name(), round, request), e);
        }
        answers.merge(answer.status() + " " + answer.header("x-amzn-ErrorType"), 1, Integer::sum);
        assertThat(answer.status() < 500 || isDocumented(answer))
                .as(() -> told(operation.name(), round, request) + "\n" + answer.head() + answer.text())
                .isTrue();
        account(server, signature, answer);
    }

    /// Values that lead somewhere. What is invoked stays as it is.
    private static Map<String, List<?>> values(String operation) {
        var zip = Base64.getEncoder().encodeToString(Mutations.ZIP);
        var values = new HashMap<String, List<?>>();
        values.put("FunctionName", List.of("f0", "f1", "f2", "f3", "f4", "nobody"));
        values.put("Resource", List.of("arn:aws:lambda:eu-west-1:111122223333:function:f0"));
        // Each is a sandbox, and really there.
        values.put("ProvisionedConcurrentExecutions", List.of(1));
        switch (operation) {
            case "CreateFunction" -> {
                values.put("Code", List.of(Map.of("ZipFile", zip)));
                values.put("Runtime", List.of("python3.11"));
                values.put("Handler", List.of("app.handler"));
                values.put("Role", List.of(TestServer.ROLE));
            }
            case "UpdateFunctionCode" -> values.put("ZipFile", List.of(zip));
            case "PublishLayerVersion" -> values.put("Content", List.of(Map.of("ZipFile", zip)));
            case "CreateAlias" -> values.put("FunctionVersion", List.of("1", "$LATEST"));
            case "CreateEventSourceMapping" ->
                values.put("EventSourceArn", List.of("arn:aws:sqs:eu-west-1:111122223333:queue"));
            case "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig" ->
                values.put("MaximumRetryAttempts", List.of(1));
            case "PutProvisionedConcurrencyConfig",
                    "GetProvisionedConcurrencyConfig",
                    "DeleteProvisionedConcurrencyConfig" -> values.put("Qualifier", List.of("1", "a"));
            case "Invoke" ->
                values.put(
                        "FunctionName",
                        List.of(
                                "invoked",
                                "arn:aws:lambda:eu-west-1:111122223333:function:invoked",
                                "111122223333:invoked"));
            default -> {}
        }
        return values;
    }

    private static boolean isHead(byte[] request) {
        return new String(request, StandardCharsets.ISO_8859_1).stripLeading().startsWith("HEAD ");
    }

    /// An operation that Hearth does not have yet, and AWS's own answers where the host cannot run a function.
    private static boolean isDocumented(Wire.Answer answer) {
        return switch (answer.header("x-amzn-ErrorType")) {
            case "NotImplementedException" -> answer.status() == 501;
            case "InvalidRuntimeException", "InvalidZipFileException" -> answer.status() == 502;
            default -> false;
        };
    }

    private String told(String operation, int round, byte[] request) {
        var text = new String(request, StandardCharsets.ISO_8859_1);
        return "seed %d, round %d, %s: %s"
                .formatted(seed, round, operation, text.substring(0, Math.min(4000, text.length())));
    }

    private void account(HearthProcess server, Signature signature, Wire.Answer answer) {
        if (answer.status() == 201) {
            // Perhaps a function was made; other things are made too, and those of a function name it.
            var created = CREATED.matcher(answer.text());
            if (created.find()) {
                functions
                        .computeIfAbsent(new Scope(created.group(2), created.group(1)), _ -> new TreeSet<>())
                        .add(created.group(3));
            }
        } else if (answer.status() == 204) {
            // Perhaps a function was deleted, and then one at most.
            int missing = 0;
            for (var scope : functions.entrySet()) {
                var listed = list(server, signature, scope.getKey());
                assertThat(scope.getValue()).containsAll(listed);
                missing += scope.getValue().size() - listed.size();
                scope.setValue(listed);
            }
            assertThat(missing).isLessThanOrEqualTo(1);
        }
    }

    private Set<String> list(HearthProcess server, Signature signature, Scope scope) {
        var names = new TreeSet<String>();
        client(server, signature, scope)
                .listFunctionsPaginator()
                .functions()
                .forEach(function -> names.add(function.functionName()));
        return names;
    }

    private LambdaClient client(HearthProcess server, Signature signature, Scope scope) {
        var keyId = signature.keyId().equals(ACCOUNT.value()) ? scope.account() : signature.keyId();
        return clients.computeIfAbsent(
                scope, _ -> Clients.lambda(server.endpoint(), keyId, signature.secret(), Region.of(scope.region())));
    }
}
