package hearth.model.endpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceEndpointsTest {
    private static final URI EMULATOR = URI.create("http://localhost:4566");
    private static final URI MINIO = URI.create("https://minio.test:9443/base");

    @Test
    void knowsNoneThatNobodyNamed() {
        var endpoints = ServiceEndpoints.of(Map.of("AWS_ENDPOINT_URL_SQS", "http://localhost:9324"));

        assertThat(endpoints.of(ServiceName.S3)).isEmpty();
    }

    @Test
    void prefersTheEndpointOfTheServiceToTheCommonOne() {
        var endpoints = ServiceEndpoints.of(
                Map.of("AWS_ENDPOINT_URL", EMULATOR + "/", "AWS_ENDPOINT_URL_S3", MINIO.toString()));

        assertThat(endpoints.of(ServiceName.S3)).contains(MINIO);
        assertThat(endpoints.of(ServiceName.STS)).contains(EMULATOR);
    }

    @Test
    void prefersWhatIsSaidOnTheCommandLine() {
        var endpoints = ServiceEndpoints.of(Map.of("AWS_ENDPOINT_URL_S3", EMULATOR.toString()))
                .with(List.of("s3=" + MINIO));

        assertThat(endpoints.of(ServiceName.S3)).contains(MINIO);
    }

    @Test
    void ignoresVariablesWhereClientsIgnoreThemAndNotTheCommandLine() {
        var environment =
                Map.of("AWS_ENDPOINT_URL", EMULATOR.toString(), "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");

        assertThat(ServiceEndpoints.of(environment)).isEqualTo(ServiceEndpoints.NONE);
        assertThat(ServiceEndpoints.of(environment).with(List.of("s3=" + MINIO)).of(ServiceName.S3))
                .contains(MINIO);
    }

    @Test
    void takesAnEmptyVariableForNone() {
        assertThat(ServiceEndpoints.of(Map.of("AWS_ENDPOINT_URL", "", "AWS_ENDPOINT_URL_S3", "")))
                .isEqualTo(ServiceEndpoints.NONE);
    }

    @Test
    void tellsOthersInTheSameVariables() {
        var endpoints = ServiceEndpoints.of(Map.of("AWS_ENDPOINT_URL", EMULATOR.toString()))
                .with(List.of("logs=" + MINIO));

        assertThat(endpoints.variables())
                .isEqualTo(Map.of("AWS_ENDPOINT_URL", EMULATOR, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", MINIO));
    }

    @ParameterizedTest
    @CsvSource({
        "s3,S3",
        "dynamodb,DYNAMODB",
        "logs,CLOUDWATCH_LOGS",
        "CLOUDWATCH_LOGS,CLOUDWATCH_LOGS",
        "cloudwatch logs,CLOUDWATCH_LOGS",
        "cloudwatch-logs,CLOUDWATCH_LOGS",
        "events,EVENTBRIDGE",
        "stepfunctions,SFN",
        "states,SFN",
        "secretsmanager,SECRETS_MANAGER",
        "monitoring,CLOUDWATCH",
        "dynamodbstreams,DYNAMODB_STREAMS",
    })
    void knowsServicesByEachOfTheirNames(String name, String expected) {
        assertThat(ServiceName.of(name).value()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3",
                "=http://x",
                "s3=",
                "s3=x",
                "s3=ftp://x",
                "s3=http://",
                "s3=http://x:99999",
                "s3=http://x?y",
                "s3=http://u:p@x",
                "s/3=http://x"
            })
    void refusesWhatIsNoEndpoint(String assignment) {
        var none = ServiceEndpoints.NONE;
        var assignments = List.of(assignment);

        assertThatThrownBy(() -> none.with(assignments)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesTheVariableThatIsNoUrl() {
        var environment = Map.of("AWS_ENDPOINT_URL_S3", "minio:9000/");

        assertThatThrownBy(() -> ServiceEndpoints.of(environment)).hasMessageStartingWith("AWS_ENDPOINT_URL_S3 is ");
    }
}
