package hearth.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.api.ModelFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeIdTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "python3.8",
                "python3.14",
                "python3.15",
                "nodejs16.x",
                "nodejs24.x",
                "nodejs26.x",
                "java8.al2",
                "java8.al2023",
                "java11.al2023",
                "java17.al2023",
                "provided.al2",
                "provided.al2023",
                "dotnet6",
                "ruby3.2",
                "ruby4.0",
                "custom"
            })
    void acceptsRuntimesThatFunctionsMayHave(String id) {
        assertThat(new RuntimeId(id).value()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PYTHON3.9", "non-existent-runtime", "python3.99", ""})
    void refusesUnknownOnesInTheWordsOfAws(String id) {
        assertThatThrownBy(() -> new RuntimeId(id))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                        .isEqualTo(ApiError.INVALID_PARAMETER_VALUE))
                .hasMessage("Value " + id
                        + " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set:"
                        + " [nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x,"
                        + " java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9,"
                        + " java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]"
                        + " or be a valid ARN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"dotnetcore3.1", "go1.x", "java8", "nodejs12.x", "nodejs14.x", "provided", "python3.7", "ruby2.7"
            })
    void refusesDeprecatedOnesInTheWordsOfAws(String id) {
        assertThatThrownBy(() -> new RuntimeId(id))
                .hasMessage("The runtime parameter of " + id
                        + " is no longer supported for creating or updating AWS Lambda functions."
                        + " We recommend you use a supported runtime while creating or updating functions.");
    }

    /// Either a function may have it, or it is refused as one that AWS supports no longer.
    @Test
    void knowsEveryRuntimeOfTheModel() {
        var unknown = ModelFile.load().values("Runtime").stream().filter(id -> {
            try {
                return !new RuntimeId(id).value().equals(id);
            } catch (ApiException refusal) {
                return !String.valueOf(refusal.getMessage()).contains("is no longer supported");
            }
        });

        assertThat(unknown).isEmpty();
    }

    @Test
    void knowsWhichBringTheirOwnProgram() {
        assertThat(new RuntimeId("provided.al2").isProvided()).isTrue();
        assertThat(new RuntimeId("python3.12").isProvided()).isFalse();
    }
}
