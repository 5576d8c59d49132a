package hearth.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecursionGuardTest {
    private static final String TRACE = "Root=1-67a00000-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0";
    private static final RecursionGuard MAIL = guard("mail");
    private static final RecursionGuard AUDIT = guard("audit");

    @Test
    void beginsALineage() {
        assertThat(MAIL.hash()).matches("[0-9a-f]{8}").isNotEqualTo(AUDIT.hash());
        assertThat(enter(MAIL, TRACE)).isEqualTo(TRACE + ";Lineage=" + MAIL.hash() + ":1");
        assertThat(enter(MAIL, TRACE + ";")).isEqualTo(TRACE + ";Lineage=" + MAIL.hash() + ":1");
        assertThat(enter(MAIL, "")).isEqualTo("Lineage=" + MAIL.hash() + ":1");
    }

    @Test
    void countsEachFunctionByItself() {
        var trace = enter(AUDIT, enter(MAIL, enter(AUDIT, enter(MAIL, enter(MAIL, TRACE)))));

        assertThat(trace).isEqualTo(TRACE + ";Lineage=" + MAIL.hash() + ":3|" + AUDIT.hash() + ":2");
    }

    @Test
    void stopsTheRoundAfterTheSixteenth() {
        var trace = TRACE;
        for (int round = 1; round <= 16; round++) {
            var entered = MAIL.enter(trace);
            assertThat(entered.isStopped()).as("round " + round).isFalse();
            trace = enter(AUDIT, entered.traceHeader());
        }

        var stopped = MAIL.enter(trace);

        assertThat(stopped.isStopped()).isTrue();
        assertThat(MAIL.hasStopped(trace)).isFalse();
        assertThat(MAIL.hasStopped(stopped.traceHeader())).isTrue();
        assertThat(AUDIT.hasStopped(stopped.traceHeader())).isFalse();
        assertThat(stopped.wasStopped()).isFalse();
        var again = MAIL.enter(stopped.traceHeader());
        assertThat(again.isStopped()).isTrue();
        assertThat(again.wasStopped()).isTrue();
        assertThat(guard("third").enter(trace).isStopped()).isFalse();
    }

    @Test
    void oneThatMayLoopIsNeverStopped() {
        var allowing = MAIL.allowingLoops(true);
        var trace = TRACE;
        for (int round = 0; round < 1_000; round++) {
            var entered = allowing.enter(trace);
            assertThat(entered.isStopped()).isFalse();
            trace = entered.traceHeader();
        }

        assertThat(trace).endsWith(";Lineage=" + MAIL.hash() + ":16");
        assertThat(allowing.hasStopped(trace)).isFalse();
        assertThat(allowing.allowingLoops(false).enter(trace).isStopped()).isTrue();
    }

    /// By a client's own spelling, or with what is no longer of use between them.
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "Lineage=HASH:15 Lineage=HASH:16",
                "lineage=HASH:15;Sampled=0 lineage=HASH:16;Sampled=0",
                "Lineage=a:1%7CHASH:15%7cb:2 Lineage=a:1|HASH:16|b:2",
                "Lineage=HASH:3|a:1|HASH:15 Lineage=HASH:16|a:1",
                "Lineage=||a:1||HASH:15| Lineage=a:1|HASH:16",
                "Lineage=1:36680206:0|HASH:15 Lineage=1:36680206:0|HASH:16",
                "Root=1-2-3;Lineage=HASH:15;Self=1;Lineage=HASH:2 Root=1-2-3;Lineage=HASH:16;Self=1;Lineage=HASH:2",
                "Lineage=HASH:0015 Lineage=HASH:16",
            })
    void findsTheFunction(String given, String passedOn) {
        var header = given.replace("HASH", MAIL.hash());

        var entered = MAIL.enter(header);

        assertThat(entered.isStopped()).isFalse();
        assertThat(entered.traceHeader()).isEqualTo(passedOn.replace("HASH", MAIL.hash()));
        assertThat(MAIL.enter(entered.traceHeader()).isStopped()).isTrue();
    }

    @Test
    void knowsAHashInCapitals() {
        assertThat(MAIL.enter("Lineage=" + MAIL.hash().toUpperCase(Locale.ROOT) + ":16")
                        .isStopped())
                .isTrue();
    }

    @Test
    void cutsWhatSomebodySaysOfRounds() {
        assertThat(RecursionGuard.withoutRounds(TRACE)).isSameAs(TRACE);
        assertThat(RecursionGuard.withoutRounds(TRACE + ";Lineage=a:16;Self=1; lineage=b:2"))
                .isEqualTo(TRACE + ";Self=1");
        assertThat(RecursionGuard.withoutRounds("Lineage=a:16")).isEmpty();
    }

    @Test
    void keepsNoNumberOfManyDigits() {
        var passedOn = enter(MAIL, "Lineage=" + AUDIT.hash() + ":" + "0".repeat(5000) + "1");

        assertThat(passedOn).isEqualTo("Lineage=" + AUDIT.hash() + ":999999|" + MAIL.hash() + ":1");
    }

    /// Of more functions than are followed, wherever it stands among them and however seldom it has run.
    @Test
    void neverForgetsTheFunctionThatRuns() {
        var others = IntStream.range(0, 30).mapToObj("%08x:9"::formatted).collect(Collectors.joining("|"));
        var trace = "Lineage=%s|%s:2|%s".formatted(others, MAIL.hash(), others.replace(":9", ":8"));

        assertThat(enter(MAIL, trace)).contains(MAIL.hash() + ":3");
    }

    @Test
    void takesANumberThatIsTooLargeForOne() {
        assertThat(MAIL.enter("Lineage=" + MAIL.hash() + ":99999999999999999999")
                        .isStopped())
                .isTrue();
        assertThat(MAIL.enter("Lineage=" + MAIL.hash() + ":17").isStopped()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ";",
                ";;=;=;",
                "Lineage",
                "Lineage=",
                "Lineage=;",
                "Lineage=|||",
                "Lineage=%7",
                "Lineage=%7C%7c",
                "Lineage=:",
                "Lineage=:1",
                "Lineage=HASH",
                "Lineage=HASH:",
                "Lineage=HASH:-1",
                "Lineage=HASH:1x",
                "Lineage=HASH:1:2",
                "Lineage=HASH:\u0661",
                "xLineage=HASH:16",
                "Root=1-2-3, Lineage=HASH:16",
                " ; Lineage = HASH:16",
            })
    void countsFromTheStartWhereNothingCanBeRead(String given) {
        var header = given.replace("HASH", MAIL.hash());

        var entered = MAIL.enter(header);

        assertThat(entered.isStopped()).isFalse();
        assertThat(entered.traceHeader()).contains(MAIL.hash() + ":1");
        assertThat(enter(MAIL, entered.traceHeader())).contains(MAIL.hash() + ":2");
    }

    @Test
    void leavesWhatItDoesNotKnowAsItIs() {
        assertThat(enter(MAIL, "Lineage=1:36680206:0|what|" + "x".repeat(40) + ":1;Self=2"))
                .isEqualTo("Lineage=1:36680206:0|what|" + "x".repeat(40) + ":1|" + MAIL.hash() + ":1;Self=2");
    }

    @Test
    void followsNoMoreThanSixteenFunctions() {
        var trace = TRACE;
        for (int i = 0; i < 40; i++) {
            trace = enter(guard("f-" + i), trace);
        }

        assertThat(Pattern.compile(":1").matcher(trace).results()).hasSize(16);
        assertThat(trace)
                .contains(
                        guard("f-0").hash(),
                        guard("f-7").hash(),
                        guard("f-32").hash(),
                        guard("f-39").hash());
        // What EventBridge takes.
        assertThat(trace.length()).isLessThan(500);
    }

    /// Whether the loop begins the chain or a long chain has led into it.
    @ParameterizedTest
    @CsvSource({"1,0", "2,0", "8,0", "16,0", "17,0", "100,0", "1,100", "2,100", "7,100", "8,16"})
    void stopsLoopsOfManyFunctions(int length, int led) {
        var trace = TRACE;
        for (int i = 0; i < led; i++) {
            trace = enter(guard("before-" + i), trace);
        }
        var ran = new int[length];
        for (int i = 0; ; i = (i + 1) % length) {
            var entered = guard("f-" + i).enter(trace);
            if (entered.isStopped()) {
                break;
            }
            ran[i]++;
            trace = entered.traceHeader();
            assertThat(ran[i]).isLessThanOrEqualTo(16);
        }

        assertThat(ran[0]).isEqualTo(16);
    }

    @Test
    void doesNotLoseTheLineageOfAHeaderThatIsTooLong() {
        var trace = TRACE + ";Own=" + "x".repeat(1_940);
        for (int round = 0; round < 16; round++) {
            trace = enter(guard("f-" + round), enter(MAIL, trace));
            assertThat(trace.length()).isLessThanOrEqualTo(2048);
        }

        assertThat(MAIL.enter(trace).isStopped()).isTrue();
        assertThat(trace).startsWith(TRACE + ";Lineage=" + MAIL.hash() + ":16|");
    }

    @Test
    void boundsAnyHeader() {
        long seed = new Random().nextLong();
        System.out.println("RecursionGuardTest seed " + seed);
        var random = new Random(seed);
        var pieces = List.of(
                "Lineage=",
                "lineage=",
                ";",
                "|",
                "%7C",
                "%7",
                ":",
                "16",
                MAIL.hash(),
                AUDIT.hash(),
                ":3",
                " ",
                "=",
                "Root=",
                "Parent=",
                "Sampled=1",
                "%",
                "x",
                "\u00e9",
                "999999999999");
        for (int i = 0; i < 5_000; i++) {
            var header = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                header.append(pieces.get(random.nextInt(pieces.size())));
            }
            var trace = header.toString();
            var seen = new ArrayList<String>(List.of(trace));
            int rounds = 0;
            while (true) {
                var entered = MAIL.enter(trace);
                trace = entered.traceHeader();
                seen.add(trace);
                if (entered.isStopped()) {
                    break;
                }
                rounds++;
                if (rounds > 16) {
                    fail(String.join("\n", seen));
                }
            }
        }
    }

    private static String enter(RecursionGuard guard, String trace) {
        var entered = guard.enter(trace);
        assertThat(entered.isStopped()).isFalse();
        return entered.traceHeader();
    }

    private static RecursionGuard guard(String name) {
        return RecursionGuard.of(new FunctionId(new AccountId("123456789012"), new Region("us-east-1"), name));
    }
}
