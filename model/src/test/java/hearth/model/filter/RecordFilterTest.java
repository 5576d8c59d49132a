package hearth.model.filter;

import static hearth.model.filter.RecordSource.DYNAMODB;
import static hearth.model.filter.RecordSource.KAFKA;
import static hearth.model.filter.RecordSource.KINESIS;
import static hearth.model.filter.RecordSource.MQ;
import static hearth.model.filter.RecordSource.SQS;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not marked otherwise stands in AWS's documentation, or was seen at AWS by LocalStack's tests, whose
/// snapshots were recorded there (`test_lambda_integration_sqs.py`, `…_dynamodbstreams.py`,
/// `event_pattern_templates`).
class RecordFilterTest {
    private static final String NEW_ITEM = """
            {"dynamodb": {"NewImage": {"message": {"S": "New item!"}, "id": {"N": "101"}}}}""";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # Equals: character by character, and by type
            ["Alice"]                            | "Alice"               | true
            ["Alice"]                            | "alice"               | false
            ["Alice"]                            | "Alice "              | false
            ["Credit", "Debit"]                  | "Debit"               | true
            ["Credit", "Debit"]                  | "Cash"                | false
            [""]                                 | ""                    | true
            [""]                                 | null                  | false
            [null]                               | null                  | true
            [null]                               | ""                    | false
            [null]                               | "null"                | false
            [null]                               | []                    | false
            [null]                               | missing               | false
            [true]                               | true                  | true
            [true]                               | false                 | false
            [true]                               | "true"                | false
            [false]                              | false                 | true
            ["München ☕ \\uD83D\\uDE00"]          | "München ☕ 😀"        | true
            ["é"]                                | "e\\u0301"            | false
            # Numbers, as they are written, as documented; EventBridge was seen to take 300.0 for 300
            [300]                                | 300                   | true
            [300]                                | 300.0                 | false
            [300]                                | 3.0e2                 | false
            [3.0e2]                              | 3.0e2                 | true
            [300]                                | "300"                 | false
            ["300"]                              | 300                   | false
            [12345678901234567890]               | 12345678901234567890  | true
            [12345678901234567890]               | 12345678901234567891  | false
            # Equals (ignore case)
            [{"equals-ignore-case": "alice"}]    | "ALICE"               | true
            [{"equals-ignore-case": "ÄÖ𐐀"}]      | "äö𐐨"                 | true
            [{"equals-ignore-case": "alice"}]    | "alicia"              | false
            [{"equals-ignore-case": ""}]         | ""                    | true
            [{"equals-ignore-case": "true"}]     | true                  | false
            # Begins with, ends with
            [{"prefix": "us-"}]                  | "us-east-1"           | true
            [{"prefix": "us-"}]                  | "US-east-1"           | false
            [{"prefix": "us-"}]                  | "eu-us-"              | false
            [{"prefix": "us-"}]                  | "us"                  | false
            [{"prefix": ""}]                     | ""                    | true
            [{"prefix": "1"}]                    | 12                    | false
            [{"suffix": ".png"}]                 | "a.png"               | true
            [{"suffix": ".png"}]                 | ".png.txt"            | false
            [{"suffix": "2"}]                    | 12                    | false
            # Not: any value, of whatever type, but there has to be one
            [{"anything-but": ["Raining"]}]      | "Sunny"               | true
            [{"anything-but": ["Raining"]}]      | "Raining"             | false
            [{"anything-but": "Raining"}]        | "Raining"             | false
            [{"anything-but": ["Raining"]}]      | null                  | true
            [{"anything-but": ["Raining"]}]      | 5                     | true
            [{"anything-but": ["Raining"]}]      | missing               | false
            [{"anything-but": ["Raining"]}]      | []                    | false
            [{"anything-but": ["Raining"]}]      | {"a": 1}              | false
            [{"anything-but": [100, 200, 300]}]  | 300                   | false
            [{"anything-but": [100, 200, 300]}]  | 301.8                 | true
            [{"anything-but": [0]}]              | 0                     | false
            [{"anything-but": ["a", "a", 1]}]    | ["a", 1]              | false
            [{"anything-but": ["a", "a", 1]}]    | ["a", 1, "b"]         | true
            # Numeric, exactly, whatever the number's form
            [{"numeric": ["=", 100]}]            | 100                   | true
            [{"numeric": ["=", 100]}]            | 1.000e2               | true
            [{"numeric": ["=", 100]}]            | 100.00001             | false
            [{"numeric": [">", 10, "<=", 20]}]   | 10                    | false
            [{"numeric": [">", 10, "<=", 20]}]   | 10.00001              | true
            [{"numeric": [">", 10, "<=", 20]}]   | 20                    | true
            [{"numeric": [">", 10, "<=", 20]}]   | 20.0000000000000000001| false
            [{"numeric": [">=", 100, "<", 200]}] | 100                   | true
            [{"numeric": [">=", 100, "<", 200]}] | 200                   | false
            [{"numeric": [">", 100]}]            | 101                   | true
            [{"numeric": [">", 100]}]            | 100                   | false
            [{"numeric": ["<", 100]}]            | 99                    | true
            [{"numeric": ["<", 0]}]              | -1e-400               | true
            [{"numeric": [">", 0]}]              | 0e999999999           | false
            [{"numeric": [">", 0]}]              | "101"                 | false
            [{"numeric": [">", 0]}]              | true                  | false
            [{"numeric": [">", 0]}]              | missing               | false
            # Ours: longer and larger numbers than event-ruler compares (findings/event-ruler-long-numbers.sh)
            [{"numeric": [">", 0]}]              | 1793491200123456789   | true
            [{"numeric": [">", 0]}]              | 1e999999999           | true
            [{"numeric": [">", 0]}]              | 1e99999999999         | false
            # Exists: leaves only; a null is a leaf, an object and an array of nothing are none
            [{"exists": true}]                   | "any"                 | true
            [{"exists": true}]                   | null                  | true
            [{"exists": true}]                   | missing               | false
            [{"exists": true}]                   | []                    | false
            [{"exists": true}]                   | {"S": "x"}            | false
            [{"exists": true}]                   | [{"S": "x"}, 1]       | true
            [{"exists": false}]                  | missing               | true
            [{"exists": false}]                  | null                  | false
            [{"exists": false}]                  | []                    | true
            [{"exists": false}]                  | {"S": "x"}            | true
            # Alternatives of all kinds
            [{"exists": false}, "x"]             | "x"                   | true
            [{"exists": false}, "x"]             | missing               | true
            [{"exists": false}, "x"]             | "y"                   | false
            [{"numeric": [">", 9]}, "x", null]   | null                  | true
            # An array's elements, also of arrays in it: one of them suffices
            ["a", "b"]                           | ["c", "b"]            | true
            ["a", "b"]                           | ["c", "d"]            | false
            ["a"]                                | [[["c"], []], ["a"]]  | true
            [{"prefix": "a"}]                    | [1, "b", "ab"]        | true
            [{"numeric": [">", 10]}]             | ["11", 2, 11]         | true
            ["a"]                                | {"a": "a"}            | false
            """)
    void holdsConditionsAgainstAMember(String conditions, String value, boolean holds) {
        var event = value.equals("missing") ? "{}" : "{\"f\": " + value + "}";

        assertThat(admits("{\"f\": " + conditions + "}", event)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # All members, and only those that the pattern names
            {"city": ["New York"], "day": ["Monday"]}     | {"city": "New York", "day": "Monday", "x": 1} | true
            {"city": ["New York"], "day": ["Monday"]}     | {"city": "New York", "day": "Friday"}         | false
            {"city": ["New York"], "day": ["Monday"]}     | {"city": "New York"}                          | false
            {"a": {"b": {"c": [1]}}}                      | {"a": {"b": {"c": 1}}}                        | true
            {"a": {"b": {"c": [1]}}}                      | {"a": {"c": 1}, "c": 1}                       | false
            {"a": {"b": [1]}}                             | {"a": 1}                                      | false
            {"a": {"b": [{"exists": false}]}}             | {}                                            | true
            {"a": {"b": [{"exists": false}]}}             | {"a": 1}                                      | true
            {"a": {"b": [{"exists": false}]}}             | {"a": {"b": 1}}                               | false
            # $or
            {"$or": [{"a": ["x"]}, {"b": ["y"]}]}         | {"a": "x"}                                    | true
            {"$or": [{"a": ["x"]}, {"b": ["y"]}]}         | {"b": "y"}                                    | true
            {"$or": [{"a": ["x"]}, {"b": ["y"]}]}         | {"a": "y", "b": "x"}                          | false
            {"c": [1], "$or": [{"a": ["x"]}, {"b": [2]}]} | {"a": "x", "c": 1}                            | true
            {"c": [1], "$or": [{"a": ["x"]}, {"b": [2]}]} | {"a": "x", "c": 2}                            | false
            {"c": [1], "$or": [{"a": ["x"]}, {"b": [2]}]} | {"c": 1}                                      | false
            {"o": {"$or": [{"a": [1], "b": [1]}, {"c": [1]}]}} | {"o": {"a": 1, "b": 2}}                  | false
            {"o": {"$or": [{"a": [1], "b": [1]}, {"c": [1]}]}} | {"o": {"a": 1, "b": 1}}                  | true
            # Arrays of objects: all of a pattern in one element (event-ruler's README, "JSON Array Matching")
            {"e": {"first": ["Anna"]}}                    | {"e": [{"first": "John"}, {"first": "Anna"}]} | true
            {"e": {"first": ["Anna"]}}                    | {"e": [[{"first": "John"}], [{"first": "Anna"}]]} | true
            {"e": {"first": ["A"], "last": ["S"]}}        | {"e": [{"first": "A", "last": "S"}]}          | true
            {"e": {"first": ["A"], "last": ["J"]}}        | {"e": [{"first": "A"}, {"last": "J"}]}        | false
            {"e": {"a": {"x": [1]}, "b": [2]}}            | {"e": [{"a": [{}, {"x": 1}], "b": [3, 2]}]}   | true
            {"e": {"a": {"x": [1], "y": [1]}}}            | {"e": [{"a": [{"x": 1}, {"y": 1}]}]}          | false
            {"e": {"a": [1]}}                             | {"e": []}                                     | false
            # What does not exist, in arrays: event-ruler's rule, which AWS's pages do not tell
            {"e": {"a": [{"exists": false}]}}             | {"e": [{"b": 1}, {"a": 1}]}                   | false
            {"e": {"a": [{"exists": false}]}}             | {"e": [{"b": 1}, {"c": 1}]}                   | true
            {"e": {"a": [{"exists": false}]}}             | {"e": []}                                     | true
            {"e": {"b": [1], "c": [{"exists": false}]}}   | {"e": [{"c": 1}, {"b": 1}]}                   | true
            {"e": {"b": [1], "c": [{"exists": false}]}}   | {"e": [{"b": 1, "c": 1}]}                     | false
            # Ours: a dot in a name is part of it; EventBridge was seen to take it for a step into an object
            {"a": {"b": [1]}}                             | {"a.b": 1}                                    | false
            {"a.b": [1]}                                  | {"a": {"b": 1}}                               | false
            # Ours: a member that comes twice is what runtimes make of it
            {"a": [1]}                                    | {"a": 1, "a": 2}                              | false
            {"a": [2]}                                    | {"a": 1, "a": 2}                              | true
            """)
    void looksIntoObjectsAndArrays(String pattern, String event, boolean admitted) {
        assertThat(admits(pattern, event)).isEqualTo(admitted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SQS | {"body": {"RequestCode": ["BBBB"]}} | {"RecordNumber": 1234, "RequestCode": "BBBB"} | true
            SQS | {"body": {"RequestCode": ["BBBB"]}} | {"RecordNumber": 1234, "RequestCode": "AAAA"} | false
            SQS | {"body": {"RecordNumber": [{"numeric": [">", 9999]}]}} | {"RecordNumber": 10000} | true
            SQS | {"body": {"RecordNumber": [{"numeric": [">", 9999]}]}} | {"RecordNumber": 1234} | false
            SQS | {"body": {"RecordNumber": [{"numeric": [">", 9999]}]}} | {"RecordNumber": "0001"} | false
            KINESIS | {"data": {"order": {"type": ["buy"]}}} | {"record": 12345, "order": {"type": "buy"}} | true
            KINESIS | {"data": {"order": {"type": ["buy"]}}} | {"record": 12345, "order": {"type": "sell"}} | false
            KAFKA | {"value": {"device_ID": [{"prefix": "AB"}]}} | {"device_ID": "AB1234", "session": {}} | true
            KAFKA | {"value": {"device_ID": [{"prefix": "AB"}]}} | {"device_ID": "XY1234", "session": {}} | false
            KAFKA | {"value": [{"anything-but": ["error"]}]} | Hello, this is a test. | true
            KAFKA | {"value": [{"anything-but": ["error"]}]} | error | false
            MQ | {"data": {"timeout": [{"numeric": [">", 0]}]}} | {"timeout": 1, "IPAddress": "203.0.113.254"} | true
            MQ | {"data": {"timeout": [{"numeric": [">", 0]}]}} | {"timeout": 0, "IPAddress": "203.0.113.254"} | false
            MQ | {"data": [{"prefix": "Result: "}]} | Result: 7 | true
            MQ | {"data": [{"prefix": "Result: "}]} | No result | false
            """)
    void filtersPayloadsAsDocumented(RecordSource source, String pattern, String payload, boolean admitted) {
        var member = source == KAFKA ? "value" : source == SQS ? "body" : "data";

        assertThat(RecordFilter.of(source, List.of(pattern)).admits(new Written("{}", Map.of(member, payload))))
                .isEqualTo(admitted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"dynamodb": {"Keys": {"id": {"N": ["101"]}}}}                                             | false
            {"dynamodb": {"NewImage": {"id": {"N": ["101"]}}}}                                         | true
            {"dynamodb": {"NewImage": {"id": {"N": [101]}}}}                                           | false
            {"dynamodb": {"NewImage": {"id": {"N": [{"numeric": [">", 100]}]}}}}                       | false
            {"dynamodb": {"NewImage": {"id": {"N": [{"numeric": [">", 1]}, {"anything-but": "42"}]}}}} | true
            {"dynamodb": {"NewImage": {"message": ["New item!"]}}}                                     | false
            {"dynamodb": {"NewImage": {"message": [{"exists": true}]}}}                                | false
            {"dynamodb": {"NewImage": {"message": {"S": [{"exists": true}]}}}}                         | true
            {"dynamodb": {"NewImage": {"message": [{"exists": false}]}}}                               | true
            {"dynamodb": {"NewImage": {"message": {"S": [{"prefix": "New"}]}}}}                        | true
            {"dynamodb": ["New item!"]}                                                                | false
            """)
    void filtersItemsOfDynamoDbAsDocumented(String pattern, boolean admitted) {
        assertThat(admits(pattern, NEW_ITEM)).isEqualTo(admitted);
    }

    /// The tables of the pages on SQS, Kinesis, Kafka and Amazon MQ: what the payload is, and the pattern's part
    /// for it. Where formats are the same, the two fit each other. Kinesis refuses patterns of text.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SQS     | text   | text | true
            SQS     | text   | none | true
            SQS     | text   | json | false
            SQS     | json   | text | false
            SQS     | json   | none | true
            SQS     | json   | json | true
            KINESIS | text   | text | false
            KINESIS | text   | none | true
            KINESIS | text   | json | false
            KINESIS | json   | text | false
            KINESIS | json   | none | true
            KINESIS | json   | json | true
            KINESIS | utf-16 | json | false
            KAFKA   | text   | text | true
            KAFKA   | text   | none | true
            KAFKA   | text   | json | true
            KAFKA   | json   | text | true
            KAFKA   | json   | none | true
            KAFKA   | json   | json | true
            KAFKA   | utf-16 | json | true
            KAFKA   | utf-16 | text | true
            MQ      | text   | json | true
            MQ      | json   | text | true
            MQ      | utf-16 | text | true
            """)
    void heedsTheFormatsOfPayloadAndPattern(RecordSource source, String payload, String pattern, boolean admitted) {
        for (var member : source.payloads()) {
            var record = new Written(
                    "{\"m\": 1}",
                    Map.of(),
                    Map.of(
                            member,
                            switch (payload) {
                                case "text" -> "a".getBytes(UTF_8);
                                case "utf-16" -> "a".getBytes(UTF_16);
                                default -> "{\"a\": 1}".getBytes(UTF_8);
                            }));
            var part =
                    switch (pattern) {
                        case "text" -> ", \"%s\": [\"a\"]}".formatted(member);
                        case "json" -> ", \"%s\": {\"a\": [1], \"b\": [{\"exists\": false}]}}".formatted(member);
                        default -> "}";
                    };

            assertThat(RecordFilter.of(source, List.of("{\"m\": [1]" + part)).admits(record))
                    .as(member)
                    .isEqualTo(admitted);
            assertThat(RecordFilter.of(source, List.of("{\"m\": [2]" + part)).admits(record))
                    .as("%s, and metadata that does not match", member)
                    .isFalse();
        }
    }

    @Test
    void filtersPayloadsThatFitTheFormatButNotThePattern() {
        for (var source : List.of(SQS, KINESIS, KAFKA, MQ)) {
            for (var member : source.payloads()) {
                var json = RecordFilter.of(source, List.of("{\"%s\": {\"a\": [1]}}".formatted(member)));
                var text = RecordFilter.of(source, List.of("{\"%s\": [\"a\"]}".formatted(member)));

                assertThat(json.admits(new Written("{}", Map.of(member, "{\"a\": 2}"))))
                        .isFalse();
                assertThat(json.admits(new Written("{}", Map.of(member, "[{\"a\": 2}, {\"a\": 1}]"))))
                        .isTrue();
                assertThat(text.admits(new Written("{}", Map.of(member, "b")))).isFalse();
            }
        }
    }

    /// Ours, as AWS does not say what of JSON a plain string is.
    @ParameterizedTest
    @ValueSource(
            strings = {"5", "true", "null", "\"a\"", "", " ", "{\"a\": 1", "{\"a\": 1} 2", "{'a': 1}", "[1,]", "\u00EF"
            })
    void takesForTextWhatIsNoObjectOrArray(String body) {
        var record = new Written("{}", Map.of("body", body));

        assertThat(RecordFilter.of(SQS, List.of("{\"body\": {\"a\": [{\"exists\": false}]}}"))
                        .admits(record))
                .isFalse();
        assertThat(RecordFilter.of(SQS, List.of("{\"body\": [{\"exists\": true}]}"))
                        .admits(record))
                .isTrue();
        assertThat(RecordFilter.of(SQS, List.of("{\"body\": [{\"anything-but\": \"x\"}]}"))
                        .admits(record))
                .isTrue();
        assertThat(RecordFilter.of(SQS, List.of("{\"body\": [5, true, null]}")).admits(record))
                .isFalse();
    }

    @Test
    void looksForKeysThatRecordsOfKafkaDoNotHave() {
        var tombstone = new Written("{}", Map.of("key", "k"));

        assertThat(RecordFilter.of(KAFKA, List.of("{\"value\": [{\"exists\": false}], \"key\": [\"k\"]}"))
                        .admits(tombstone))
                .isTrue();
        assertThat(RecordFilter.of(KAFKA, List.of("{\"value\": {\"a\": [1]}}")).admits(tombstone))
                .isFalse();
    }

    @Test
    void passesWhatOneOfItsFiltersPasses() {
        var filter = RecordFilter.of(SQS, List.of("{\"body\": [\"a\"]}", "{\"body\": {\"b\": [1]}}", "{\"m\": [1]}"));

        assertThat(filter.admits(new Written("{}", Map.of("body", "a")))).isTrue();
        assertThat(filter.admits(new Written("{}", Map.of("body", "{\"b\": 1}"))))
                .isTrue();
        assertThat(filter.admits(new Written("{\"m\": 1}", Map.of("body", "x"))))
                .isTrue();
        assertThat(filter.admits(new Written("{}", Map.of("body", "x")))).isFalse();
        assertThat(filter.admits(new Written("{}", Map.of("body", "{\"b\": 2}"))))
                .isFalse();
    }

    @Test
    void leavesTheOtherWayOfAnOrWhereFormatsDiffer() {
        var filter = RecordFilter.of(SQS, List.of("{\"$or\": [{\"body\": {\"a\": [1]}}, {\"m\": [1]}]}"));

        assertThat(filter.admits(new Written("{\"m\": 1}", Map.of("body", "text"))))
                .isTrue();
        assertThat(filter.admits(new Written("{\"m\": 2}", Map.of("body", "text"))))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void passesEverythingWithoutFilters(RecordSource source) {
        assertThat(RecordFilter.of(source, List.of()).admits(new Untouchable())).isTrue();
    }

    @Test
    void asksOnlyForWhatPatternsName() {
        var body = RecordFilter.of(SQS, List.of("{\"body\": [\"a\"]}", "{\"body\": [\"b\"]}"));
        var written = new Written("no JSON", Map.of("body", "b"));
        var metadata = RecordFilter.of(SQS, List.of("{\"m\": [2]}", "{\"m\": [1]}"));
        var described = new Written("{\"m\": 1}", Map.of("body", "b"));

        assertThat(body.admits(written)).isTrue();
        assertThat(written.asked).containsExactly("body");
        assertThat(metadata.admits(described)).isTrue();
        assertThat(described.asked).containsExactly("metadata");
    }

    @Test
    void refusesWhatWasNeverChecked() {
        assertThatThrownBy(() -> RecordFilter.of(SQS, List.of("{\"body\": \"a\"}")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> admits("{\"a\": [1]}", "text")).isInstanceOf(IllegalArgumentException.class);
    }

    /// The longest pattern is 4,096 characters; pollers run on virtual threads.
    @Test
    void goesAsDeepAsAPatternMay() throws InterruptedException {
        var deepest = "{\"\":".repeat(800) + "[1]" + "}".repeat(800);
        var arrays = "[{\"\":".repeat(480) + "1" + "}]".repeat(480);
        var admitted = new ArrayList<Boolean>();

        Thread.ofVirtual()
                .start(() -> {
                    admitted.add(admits(deepest, deepest.replace("[1]", "1")));
                    admitted.add(admits(deepest, deepest.replace("[1]", "2")));
                    admitted.add(admits(
                            "{\"f\": " + "{\"\":".repeat(480) + "[1]" + "}".repeat(481), "{\"f\": " + arrays + "}"));
                })
                .join();

        assertThat(admitted).containsExactly(true, false, true);
    }

    @Test
    void takesForTextWhatNestsTooDeep() {
        var filter = RecordFilter.of(SQS, List.of("{\"body\": {\"a\": [1]}}"));

        assertThat(filter.admits(body("{\"b\": " + "[".repeat(900) + "]".repeat(900) + ", \"a\": 1}")))
                .isTrue();
        assertThat(filter.admits(body("{\"b\": " + "[".repeat(500_000) + "]".repeat(500_000) + ", \"a\": 1}")))
                .isFalse();
        assertThat(filter.admits(body("[".repeat(1_000_000)))).isFalse();
    }

    /// Were the work more than in proportion to the sizes, these would run for hours.
    @Test
    void isDoneSoonWithHostilePayloads() {
        var colliding = IntStream.range(0, 1 << 16)
                .mapToObj(bits -> IntStream.range(0, 16)
                        .mapToObj(bit -> (bits >> bit & 1) == 0 ? "Aa" : "BB")
                        .collect(Collectors.joining()))
                .toList();
        var texts = colliding.stream().collect(Collectors.joining("\",\"", "[\"", "\"]"));
        var names = colliding.stream().collect(Collectors.joining("\":1,\"", "{\"", "\":1}"));
        var numbers =
                IntStream.range(0, 200_000).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
        var digits = "9".repeat(1_000_000);
        var excluded = IntStream.range(0, 600).mapToObj(Integer::toString).collect(Collectors.joining(","));
        var prefixes = IntStream.range(0, 200)
                .mapToObj(each -> "{\"prefix\": \"x" + each + "\"}")
                .collect(Collectors.joining(","));

        assertThat(admits("{\"f\": [\"none\"]}", "{\"f\": " + texts + "}")).isFalse();
        assertThat(admits("{\"f\": [" + prefixes + "]}", "{\"f\": " + texts + "}"))
                .isFalse();
        assertThat(admits("{\"f\": {\"none\": [1]}}", "{\"f\": " + names + "}")).isFalse();
        assertThat(admits("{\"f\": [{\"anything-but\": [" + excluded + "]}]}", "{\"f\": " + numbers + "}"))
                .isTrue();
        assertThat(admits("{\"f\": [{\"numeric\": [\"<\", 0]}]}", "{\"f\": " + numbers + "}"))
                .isFalse();
        assertThat(admits("{\"f\": [{\"numeric\": [\">\", 0]}]}", "{\"f\": " + digits + "}"))
                .isFalse();
        assertThat(admits("{\"f\": [{\"exists\": true}]}", "{\"f\": " + digits + "}"))
                .isTrue();
        assertThat(admits("{\"f\": [{\"numeric\": [\">\", 0]}]}", "{\"f\": 1e-2000000000}"))
                .isTrue();
    }

    private static boolean admits(String pattern, String metadata) {
        return RecordFilter.of(DYNAMODB, List.of(pattern)).admits(new Written(metadata, Map.of()));
    }

    private static SourceRecord body(String body) {
        return new Written("{}", Map.of("body", body));
    }

    private static final class Written implements SourceRecord {
        private final String metadata;
        private final Map<String, byte[]> payloads;
        private final List<String> asked = new ArrayList<>();

        Written(String metadata, Map<String, String> texts) {
            this(metadata, texts, Map.of());
        }

        Written(String metadata, Map<String, String> texts, Map<String, byte[]> bytes) {
            this.metadata = metadata;
            this.payloads = new HashMap<>(bytes);
            texts.forEach((member, text) -> payloads.put(member, text.getBytes(UTF_8)));
        }

        @Override
        public byte[] metadata() {
            asked.add("metadata");
            return metadata.getBytes(UTF_8);
        }

        @Override
        public Optional<byte[]> payload(String member) {
            asked.add(member);
            return Optional.ofNullable(payloads.get(member));
        }
    }

    private static final class Untouchable implements SourceRecord {
        @Override
        public byte[] metadata() {
            throw new AssertionError();
        }

        @Override
        public Optional<byte[]> payload(String member) {
            throw new AssertionError();
        }
    }
}
