package hearth.server.install;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A registry of npm packages, asked without npm.
///
/// @param base with a slash at its end
record NpmRegistry(URI base, HttpClient client, PrintStream progress) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern RELEASE = Pattern.compile("[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MEBIBYTE = 1 << 20;
    private static final int STEP = 16 * MEBIBYTE;

    /// A published archive, and the digest that it must have.
    record Published(URI archive, String integrity) {}

    static NpmRegistry of(URI base, PrintStream progress) {
        var text = base.toString();
        return new NpmRegistry(
                text.endsWith("/") ? base : URI.create(text + "/"),
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .connectTimeout(PATIENCE)
                        .build(),
                progress);
    }

    /// Fetches the newest version within a range.
    ///
    /// @param range the first numbers of a version
    Path fetch(String name, String range, Path folder) throws InstallException, IOException {
        var versions = versions(name);
        var newest = versions.keySet().stream()
                .filter(version -> (version + ".").startsWith(range + "."))
                .max(Comparator.comparing(NpmRegistry::numbers, Arrays::compare))
                .orElseThrow(() -> new InstallException("the registry has no " + name + " " + range));
        var published = Optional.ofNullable(versions.get(newest)).orElseThrow();
        var file = folder.resolve(name + "-" + newest + ".tgz");
        progress.println("  fetching " + name + " " + newest);
        try (var body = get(published.archive(), "application/octet-stream")) {
            check(name + " " + newest, published.integrity(), download(body, file));
        }
        return file;
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
    }

    private InputStream get(URI address, String type) throws InstallException, IOException {
        var request = HttpRequest.newBuilder(address)
                .header("Accept", type)
                .timeout(PATIENCE)
                .build();
        try {
            var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                response.body().close();
                throw new InstallException("the registry answers " + response.statusCode() + " to " + address);
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InstallException("it was interrupted", e);
        }
    }

    private Map<String, Published> versions(String name) throws InstallException, IOException {
        var versions = new HashMap<String, Published>();
        try (var body = get(base.resolve(name), "application/vnd.npm.install-v1+json");
                var json = JSON.createParser(body)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var member = json.currentName();
                json.nextToken();
                if (member.equals("versions") && json.currentToken() == JsonToken.START_OBJECT) {
                    readVersions(json, versions);
                } else {
                    json.skipChildren();
                }
            }
        }
        return versions;
    }

    private void readVersions(JsonParser json, Map<String, Published> versions) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var version = json.currentName();
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var member = json.currentName();
                json.nextToken();
                if (member.equals("dist") && json.currentToken() == JsonToken.START_OBJECT) {
                    var dist = strings(json);
                    var archive = dist.get("tarball");
                    var integrity = dist.get("integrity");
                    if (archive != null
                            && integrity != null
                            && RELEASE.matcher(version).matches()) {
                        versions.put(version, new Published(base.resolve(archive), integrity));
                    }
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    /// The members of an object that are texts.
    private static Map<String, String> strings(JsonParser json) throws IOException {
        var strings = new HashMap<String, String>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var member = json.currentName();
            if (json.nextToken() == JsonToken.VALUE_STRING) {
                strings.put(member, json.getText());
            } else {
                json.skipChildren();
            }
        }
        return strings;
    }

    private byte[] download(InputStream body, Path file) throws IOException {
        var digest = sha512();
        try (var out = Files.newOutputStream(file)) {
            var buffer = new byte[1 << 16];
            long total = 0;
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                out.write(buffer, 0, read);
                digest.update(buffer, 0, read);
                if (total / STEP != (total + read) / STEP) {
                    progress.println("  " + (total + read) / MEBIBYTE + " MiB");
                }
                total += read;
            }
        }
        return digest.digest();
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-512", e);
        }
    }

    /// @param integrity one or several digests, of which one is of SHA-512
    private static void check(String what, String integrity, byte[] digest) throws InstallException {
        var got = "sha512-" + Base64.getEncoder().encodeToString(digest);
        if (!Arrays.asList(integrity.split("\\s+")).contains(got)) {
            throw new InstallException(
                    what + " is not what the registry says that it is: " + got + ", and not " + integrity);
        }
    }
}
