package hearth.model.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Yardstick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Requests that mean harm, or nothing.
class HostileRequestsTest {
    private static final List<ApiOperation> OPERATIONS = List.of(ApiOperation.values());
    private static final String[] FRAGMENTS = {
        "{", "}", "[", "]", ":", ",", "\"", "\\", "null", "true", "-", "1e999", "0.1", "{\"a\":", "\\u0000", "\\ud800",
        "\0", "\u00ff", "[[[["
    };

    @Test
    void getNothingButRefusals() {
        var seed = 20260201L;
        var random = new Random(seed);
        var refused = new EnumMap<ApiError, Integer>(ApiError.class);
        int taken = 0;

        for (int round = 0; round < 6_000; round++) {
            var operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
            var body = mutated(random, new RandomShapes(random, 0.5).fill(operation.requestType()));
            var parts = parts(random, operation, body);
            try {
                operation.reader().read(parts);
                taken++;
            } catch (ApiException e) {
                refused.merge(e.error(), 1, Integer::sum);
                assertThat(ApiResponse.of(e).status()).isEqualTo(400);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(
                        "seed %d, round %d, %s: %s".formatted(seed, round, operation, new String(body, ISO_8859_1)), e);
            }
        }

        assertThat(refused).containsOnlyKeys(ApiError.SERIALIZATION, ApiError.VALIDATION);
        assertThat(taken).isPositive();
    }

    /// Every pattern of the API against texts that make careless patterns slow or deep, at every length where the
    /// checks change their mind, on half of the usual stack.
    @Test
    void cannotMakeAPatternSlowOrDeep() throws Exception {
        var texts = new ArrayList<Rule.Text>();
        for (var field : Rules.class.getDeclaredFields()) {
            collect(field.get(null), texts);
        }
        var failures = new ArrayList<Throwable>();

        assertTimeoutPreemptively(Yardstick.scaled(Duration.ofSeconds(60)), () -> {
            var thread = new Thread(null, () -> texts.forEach(HostileRequestsTest::attack), "attack", 512 << 10);
            thread.setUncaughtExceptionHandler((_, e) -> failures.add(e));
            thread.start();
            thread.join();
        });

        assertThat(texts).hasSizeGreaterThan(40);
        assertThat(failures).isEmpty();
    }

    private static void attack(Rule.Text rule) {
        var units = List.of(
                "a",
                "-",
                "a-",
                "a.",
                "A.a-",
                "0",
                "1:",
                "a:",
                ":",
                "/",
                "aws-",
                "function:",
                "é",
                " ",
                "\n",
                "$LATEST:",
                "x@");
        var starts = List.of("", "arn:aws:lambda:us-east-1:111111111111:", "kafka://", "lambda:", "arn:");
        int max = rule.max() == null ? 16_384 : rule.max();
        for (int length : new int[] {max, max + 1, 512, 16_384, 100_000}) {
            for (var start : starts) {
                for (var unit : units) {
                    var text = start + unit.repeat(length / unit.length()) + "!!";
                    rule.breaches(text.substring(0, Math.min(length, text.length())), new ArrayList<>());
                    rule.breaches(text.substring(Math.max(0, text.length() - length)), new ArrayList<>());
                }
            }
        }
    }

    private static void collect(Object rule, List<Rule.Text> texts) {
        switch ((Rule) rule) {
            case Rule.Text text when text.pattern() != null -> texts.add(text);
            case Rule.Secret secret -> collect(secret.rule(), texts);
            default -> {}
        }
    }

    private static byte[] mutated(Random random, ApiShape shape) {
        var body = new String(JsonOutput.bytes(shape::write), ISO_8859_1);
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(body.length() + 1);
            int end = Math.min(body.length(), at + random.nextInt(6));
            body = body.substring(0, at) + FRAGMENTS[random.nextInt(FRAGMENTS.length)] + body.substring(end);
        }
        if (random.nextInt(10) == 0) {
            body = body.substring(0, random.nextInt(body.length() + 1));
        }
        return body.getBytes(ISO_8859_1);
    }

    private static RequestParts parts(Random random, ApiOperation operation, byte[] body) {
        var garbage = IntStream.range(0, random.nextInt(12))
                .mapToObj(_ -> String.valueOf(
                        (char) (random.nextInt(10) == 0 ? random.nextInt(0x10000) : 32 + random.nextInt(95))))
                .toList();
        var text = random.nextBoolean() ? "1" : String.join("", garbage);
        var names = Arrays.stream(operation.requestType().getRecordComponents())
                .map(c -> Character.toUpperCase(c.getName().charAt(0))
                        + c.getName().substring(1))
                .toList();
        Map<String, String> path = new HashMap<>();
        names.forEach(n -> path.put(n, text));
        path.put("UUID", text);
        var query = String.join("=" + text + "&", names) + "&tagKeys=" + text;
        return new RequestParts(path, QueryParameters.parse(query), _ -> random.nextBoolean() ? text : null, body);
    }
}
