package hearth.pollers.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import hearth.events.aws.AwsClients;
import hearth.model.AccountId;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.pollers.SourceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    private static final String ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:kafka-AbCdEf";

    private static final AccountId ACCOUNT = new AccountId("000000000000");

    @TempDir
    private Path folder;

    private final AwsClients clients = new AwsClients(ServiceEndpoints.NONE, Map.of(), Duration.ofSeconds(1));

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void areReadFromFiles() throws IOException, SourceException {
        var file =
                Files.writeString(folder.resolve("s.json"), "{\"username\":\"a\",\"port\":7,\"password\":\"p\\\"w\"}");
        var secrets = new Secrets(Map.of(ARN, file), clients);

        assertThat(secrets.get(ARN, ACCOUNT).get("password")).isEqualTo("p\"w");
        assertThat(secrets.get(ARN, ACCOUNT).find("port")).isEmpty();
        assertThat(secrets.get(ARN, ACCOUNT)).hasToString("secret " + ARN);
        assertThatThrownBy(() -> secrets.get(ARN, ACCOUNT).get("certificate"))
                .isInstanceOf(SourceException.class)
                .hasMessage("The secret " + ARN + " has no \"certificate\".");
    }

    @Test
    void areAskedForAtSecretsManager() throws IOException, SourceException {
        var asked = new AtomicReference<>("");
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.set(exchange.getRequestHeaders().getFirst("X-Amz-Target") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            boolean known = asked.get().contains("kafka-AbCdEf");
            var answer = (known
                            ? "{\"SecretString\":\"{\\\"username\\\":\\\"a\\\"}\"}"
                            : "{\"__type\":\"ResourceNotFoundException\",\"message\":\"hunter2\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 400, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        var endpoints = ServiceEndpoints.NONE.with(
                List.of("secretsmanager=http://127.0.0.1:" + server.getAddress().getPort()));
        try (var manager = new AwsClients(endpoints, Map.of(), Duration.ofSeconds(20))) {
            var secrets = new Secrets(Map.of(), manager);

            assertThat(secrets.get(ARN, ACCOUNT).get("username")).isEqualTo("a");
            assertThat(asked).hasValue("secretsmanager.GetSecretValue {\"SecretId\":\"" + ARN + "\"}");
            var other = ARN.replace("kafka", "lost");
            assertThatThrownBy(() -> secrets.get(other, ACCOUNT))
                    .hasMessage("Secrets Manager does not give the secret " + other + ": ResourceNotFoundException.");
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "\"hunter2\"", "{\"password\":\"hunter2\"", "{\"password\":hunter2}", ""})
    void areNeverInAMessage(String text) throws IOException {
        var file = Files.writeString(folder.resolve("s.json"), text);

        assertThatThrownBy(() -> new Secrets(Map.of(ARN, file), clients).get(ARN, ACCOUNT))
                .isInstanceOf(SourceException.class)
                .hasNoCause()
                .hasMessage("The secret " + ARN + " is no object of JSON.");
    }

    @Test
    void sayWhatToDoForOneThatCannotBeHad() {
        assertThatThrownBy(() -> new Secrets(Map.of(), clients).get(ARN, ACCOUNT))
                .hasMessage("The secret " + ARN + " is not known here: --secret " + ARN
                        + "=FILE, or --endpoint secretsmanager=URL.");
        var missing = folder.resolve("none.json");
        assertThatThrownBy(() -> new Secrets(Map.of(ARN, missing), clients).get(ARN, ACCOUNT))
                .hasMessage("The file " + missing + " of the secret " + ARN + " cannot be read: NoSuchFileException.");
    }

    @Test
    void areNotOfOtherAccounts() throws IOException {
        var file = Files.writeString(folder.resolve("s.json"), "{}");

        assertThatThrownBy(() -> new Secrets(Map.of(ARN, file), clients).get(ARN, new AccountId("111111111111")))
                .hasMessage("The secret " + ARN + " is not one of the function's account, 111111111111.");
    }
}
