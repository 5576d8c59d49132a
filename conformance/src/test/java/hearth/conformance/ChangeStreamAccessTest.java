package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClients;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// Ways to clusters: by TLS, for those who may not sign in, and with positions that the cluster keeps no more.
class ChangeStreamAccessTest {
    private static final String CLUSTER = "arn:aws:rds:eu-west-1:000000000000:cluster:";
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:";
    private static final Path DATA = TestServer.temporaryFolder();

    private static Path certificate;
    private static MongoServer plain;
    private static MongoServer encrypted;
    private static MongoRelay relay;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException {
        plain = new MongoServer(new MemoryBackend());
        plain.enableOplog();
        relay = new MongoRelay(plain.bind());
        var keys = TestServer.temporaryFolder();
        KafkaBroker.makeCertificate(keys);
        certificate = keys.resolve("keys.p12");
        encrypted = new MongoServer(new MemoryBackend());
        encrypted.enableOplog();
        encrypt(encrypted, certificate);
        var secrets = TestServer.temporaryFolder();
        server = HearthProcess.start(
                DATA,
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Djavax.net.ssl.trustStore=" + certificate + " -Djavax.net.ssl.trustStoreType=PKCS12"
                                + " -Djavax.net.ssl.trustStorePassword=" + KafkaBroker.STORE_PASSWORD),
                "--document-db",
                CLUSTER + "relayed=" + relay.url(),
                "--document-db",
                CLUSTER + "encrypted=mongodb://127.0.0.1:" + encrypted.bind().getPort() + "/?tls=true",
                "--secret",
                SECRET + "nobody=" + Files.writeString(secrets.resolve("nobody.json"), "{\"username\":\"\"}"),
                "--secret",
                SECRET + "unknown="
                        + Files.writeString(
                                secrets.resolve("unknown.json"), "{\"username\":\"app\",\"password\":\"hunter2\"}"));
        lambda = Clients.lambda(server.endpoint());
    }

    private static void encrypt(MongoServer mongo, Path file) throws IOException, GeneralSecurityException {
        var password = KafkaBroker.STORE_PASSWORD.toCharArray();
        var store = KeyStore.getInstance(file.toFile(), password);
        mongo.enableSsl(
                (PrivateKey) store.getKey("broker", password), null, (X509Certificate) store.getCertificate("broker"));
    }

    @AfterAll
    static void stop() throws IOException {
        lambda.close();
        server.close();
        relay.close();
        plain.shutdownNow();
        encrypted.shutdownNow();
    }

    private static void insert(MongoClientSettings.Builder settings, String url, String collection, int number) {
        try (var client = MongoClients.create(
                settings.applyConnectionString(new ConnectionString(url)).build())) {
            client.getDatabase("shop").getCollection(collection).insertOne(new Document("n", number));
        }
    }

    /// Of a client that trusts the certificate of the server that is reached by TLS.
    private static MongoClientSettings.Builder trusting() throws IOException, GeneralSecurityException {
        var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(KeyStore.getInstance(certificate.toFile(), KafkaBroker.STORE_PASSWORD.toCharArray()));
        var context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        return MongoClientSettings.builder()
                .applyToSslSettings(ssl -> ssl.enabled(true).context(context));
    }

    /// A function, and a mapping of the collection of the same name.
    private static String map(String name, String cluster, String secret) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .role(TestServer.ROLE)
                .handler("app.handler")
                .timeout(30)
                .code(c -> c.zipFile(ChangeStreamMappingsTest.FUNCTION)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return lambda.createEventSourceMapping(r -> r.functionName(name)
                        .eventSourceArn(CLUSTER + cluster)
                        .startingPosition(EventSourcePosition.TRIM_HORIZON)
                        .documentDBEventSourceConfig(d -> d.databaseName("shop").collectionName(name))
                        .sourceAccessConfigurations(SourceAccessConfiguration.builder()
                                .type("BASIC_AUTH")
                                .uri(SECRET + secret)
                                .build()))
                .uuid();
    }

    private static void awaitNumbers(String function, String... numbers) {
        Await.until(
                () -> List.of(numbers) + " and not " + FunctionLogs.text(DATA, function) + server.output(),
                () -> FunctionLogs.words(DATA, function, "NUMBERS").equals(List.of(numbers)));
    }

    @Test
    void goesOnAtTheOldestWhenItsPositionIsKeptNoMore() throws IOException {
        insert(MongoClientSettings.builder(), relay.url(), "lost", 1);
        map("lost", "relayed", "nobody");
        awaitNumbers("lost", "1");

        relay.forgetPosition();

        // All that is kept, since nobody knows what of it was read.
        awaitNumbers("lost", "1", "1");
        insert(MongoClientSettings.builder(), relay.url(), "lost", 2);
        awaitNumbers("lost", "1", "1", "2");
        assertThat(server.output())
                .contains("Records of changes of mapping ", " are gone before its function ran on them");
    }

    @Test
    void speaksTls() throws IOException, GeneralSecurityException {
        var url = "mongodb://127.0.0.1:" + encrypted.getLocalAddress().getPort();
        insert(trusting(), url, "tls", 7);

        map("tls", "encrypted", "nobody");

        awaitNumbers("tls", "7");
    }

    /// The server here knows no users.
    @Test
    void saysThatItMayNotSignIn() {
        var mapping = map("unknown", "relayed", "unknown");

        Await.until(
                () -> lambda.getEventSourceMapping(r -> r.uuid(mapping)) + server.output(),
                () -> "PROBLEM: Lambda failed to authenticate the event source."
                        .equals(lambda.getEventSourceMapping(r -> r.uuid(mapping))
                                .lastProcessingResult()));
        assertThat(server.output()).doesNotContain("hunter2");
    }
}
