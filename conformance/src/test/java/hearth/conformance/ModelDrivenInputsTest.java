package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.conformance.Fault.Expected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// Every member of every operation that is written, with each fault that the model knows of: the answer is AWS's, names
/// what is wrong and nothing else, and is never a fault of ours.
/// Every build has the same; `-Dhearth.inputs.seed=…` makes others.
class ModelDrivenInputsTest {
    private static final long SEED = 20_261_126;
    private static final Signature SIGNATURE = new Signature("test", "test", "eu-west-1");
    private static final Pattern BROKEN = Pattern.compile(" at '([^']+)' failed to satisfy constraint: ");

    private final long seed = Long.getLong("hearth.inputs.seed", SEED);
    private final ApiModel model = ApiModel.load();
    private final Path data = TestServer.temporaryFolder();
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Integer> verbs = new TreeMap<>();
    private final Map<Fault.Kind, Integer> kinds = new TreeMap<>();
    private final Map<String, Integer> errors = new TreeMap<>();

    @Test
    void everyFaultIsAnsweredAsAwsAnswersIt() throws IOException {
        try (var server = HearthProcess.start(data, "--pool-memory", "0");
                var lambda = Clients.lambda(server.endpoint())) {
            var known = KnownResources.create(lambda);
            var written = WrittenOperations.of(model, server.endpoint(), SIGNATURE);
            var faults = new ArrayList<Fault>();
            var random = new Random(seed);
            for (var operation : written) {
                var valid = new ValidRequests(model, random, known.values(operation));
                faults.addAll(new MemberFaults(model, valid, random, operation).all());
                faults.addAll(new ResourceFaults(model, valid).of(operation));
            }

            for (var fault : faults) {
                check(server, fault);
            }

            System.out.printf(
                    "ModelDrivenInputsTest seed %d: %d faults in %d operations %s, of the kinds %s, answered with %s%n",
                    seed, faults.size(), written.size(), verbs, kinds, errors);
            assertThat(wrong)
                    .as("seed %d, %d of %d faults", seed, wrong.size(), faults.size())
                    .isEmpty();
            assertThat(KnownAnswers.unused(faults)).isEmpty();
            assertThat(kinds.keySet()).containsExactly(Fault.Kind.values());
            assertThat(server.output()).doesNotContainPattern(KillRoundsTest.TROUBLE);
        }
    }

    private void check(HearthProcess server, Fault fault) throws IOException {
        var draft = fault.draft();
        draft.headers.add("Host: localhost");
        SIGNATURE.sign(draft);
        Wire.Answer answer;
        try (var wire = new Wire(server.endpoint())) {
            answer = wire.send(draft.toBytes()).read(false);
        }
        var error = answer.header("x-amzn-ErrorType");
        verbs.merge(fault.operation().name().replaceFirst("(?<=[a-z])[A-Z].*", ""), 1, Integer::sum);
        kinds.merge(fault.kind(), 1, Integer::sum);
        errors.merge(answer.status() + " " + error, 1, Integer::sum);
        var expected = KnownAnswers.to(fault);
        if (!isRight(answer, error, expected) || !namesNothingElse(fault, answer)) {
            wrong.add("%s %s, %s%n  %s %s %.300s%n  is to be %.600s%n  and is %d %s %.600s%n"
                    .formatted(
                            fault.kind(),
                            fault.where(),
                            fault.shape(),
                            draft.method,
                            draft.target(),
                            new String(draft.content(), StandardCharsets.UTF_8),
                            expected,
                            answer.status(),
                            error,
                            message(answer)));
        }
    }

    private static boolean isRight(Wire.Answer answer, String error, Expected expected) {
        return answer.status() == expected.status()
                && error.equals(expected.error())
                && expected.words().stream().allMatch(message(answer)::contains);
    }

    /// Of the constraints of the model, only those of the member that breaks one are told.
    private static boolean namesNothingElse(Fault fault, Wire.Answer answer) {
        return BROKEN.matcher(message(answer))
                .results()
                .allMatch(told ->
                        told.group(1).equals(fault.member()) || fault.member().startsWith(told.group(1) + "."));
    }

    private static String message(Wire.Answer answer) {
        if (answer.body().length == 0) {
            return "";
        }
        var json = JsonNode.parser().parse(answer.text());
        return json.field("message")
                .or(() -> json.field("Message"))
                .map(JsonNode::text)
                .orElse("");
    }
}
