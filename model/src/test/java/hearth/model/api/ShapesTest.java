package hearth.model.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every structure of the API.
class ShapesTest {
    private static final ModelFile MODEL = ModelFile.load();

    static Set<Class<? extends ApiShape>> structures() {
        return RandomShapes.all();
    }

    @ParameterizedTest
    @MethodSource("structures")
    void writesEveryMemberUnderItsNameInTheModel(Class<? extends ApiShape> type) throws Exception {
        var full = new RandomShapes(new Random(1), 1).fill(type);
        var names = new ArrayList<String>();

        try (var json = new JsonFactory().createParser(JsonOutput.bytes(full::write))) {
            json.nextToken();
            for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                names.add(name);
                json.nextToken();
                json.skipChildren();
            }
        }

        var expected = MODEL.members(type.getSimpleName()).stream()
                .filter(m -> !m.equals("EventStream"))
                .toList();
        assertThat(names).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("structures")
    void readsBackWhatItWrites(Class<? extends ApiShape> type) {
        for (int seed = 0; seed < 5; seed++) {
            var shape = new RandomShapes(new Random(seed), seed / 4.0).fill(type);
            var written = JsonOutput.bytes(shape::write);

            var read = RandomShapes.read(type, written);

            assertThat(read).usingRecursiveComparison().isEqualTo(shape);
            assertThat(new String(JsonOutput.bytes(read::write), UTF_8)).isEqualTo(new String(written, UTF_8));
        }
    }

    @ParameterizedTest
    @MethodSource("structures")
    void buildsACopyOfItself(Class<? extends ApiShape> type) throws Exception {
        var shape = new RandomShapes(new Random(3), 0.7).fill(type);

        var builder = type.getMethod("toBuilder").invoke(shape);
        var copy = builder.getClass().getMethod("build").invoke(builder);

        assertThat(copy).isEqualTo(shape);
    }

    @ParameterizedTest
    @MethodSource("structures")
    void setsEachMemberByTheBuilder(Class<? extends ApiShape> type) throws Exception {
        var shape = new RandomShapes(new Random(4), 1).fill(type);
        var builder = type.getMethod("builder").invoke(null);

        for (RecordComponent component : type.getRecordComponents()) {
            builder.getClass()
                    .getMethod(component.getName(), component.getType())
                    .invoke(builder, component.getAccessor().invoke(shape));
        }

        assertThat(builder.getClass().getMethod("build").invoke(builder)).isEqualTo(shape);
    }

    @Test
    void namesComponentsInCamelCase() {
        assertThat(names(FunctionCode.class))
                .containsExactly(
                        "zipFile",
                        "s3Bucket",
                        "s3Key",
                        "s3ObjectVersion",
                        "s3ObjectStorageMode",
                        "imageUri",
                        "sourceKMSKeyArn");
        assertThat(names(GetEventSourceMappingRequest.class)).containsExactly("uuid");
        assertThat(names(CreateFunctionRequest.class)).contains("functionName", "kmsKeyArn");
    }

    @Test
    void printsAsAwsDoesAndKeepsSecrets() {
        var destinations = DestinationConfig.builder()
                .onSuccess(OnSuccess.builder().destination("arn:x").build())
                .build();
        var environment =
                Environment.builder().variables(Map.of("PASSWORD", "hunter2")).build();
        var code = FunctionCode.builder().zipFile(new byte[3]).build();

        assertThat(destinations)
                .hasToString("DestinationConfig(onSuccess=OnSuccess(destination=arn:x), onFailure=null)");
        assertThat(environment).hasToString("Environment(variables=*** Sensitive Data Redacted ***)");
        assertThat(code.toString()).startsWith("FunctionCode(zipFile=*** Sensitive Data Redacted ***, s3Bucket=null");
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }
}
