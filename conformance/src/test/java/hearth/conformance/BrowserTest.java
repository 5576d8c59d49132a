package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.Cors;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvokeMode;

/// Function URLs in a real Chromium, which comes from npm: what it lets pages do and what not, by the answers that it
/// gets.
class BrowserTest {
    /// Answers with what it was asked, or with a page, or sets cookies.
    private static final String FUNCTION = """
        exports.handler = async (event) => {
          if (event.rawPath === '/set') {
            return { statusCode: 200, cookies: ['first=1; Path=/', 'second=a%20b; HttpOnly; Path=/'], body: 'set' };
          }
          if (event.rawPath === '/page') {
            return { statusCode: 200, headers: { 'content-type': 'text/html' }, body: '<p id="here">page</p>' };
          }
          return { statusCode: 200, headers: { 'content-type': 'application/json', 'x-told': 'told', 'x-kept': 'kept' },
            body: JSON.stringify({ method: event.requestContext.http.method, cookies: event.cookies ?? [],
              custom: event.headers['x-custom'] ?? null, origin: event.headers.origin ?? null }) };
        };
        """;

    private static final String STREAMING = """
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 200,
            headers: { 'content-type': 'text/plain', 'access-control-allow-origin': '*' } });
          answer.write('first');
          await new Promise((resolve) => setTimeout(resolve, 1500));
          answer.end('last');
        });
        """;

    /// Runs scripts in pages of addresses, one after the other, and prints what each returns as JSON.
    private static final String DRIVER = """
        import chromium from '@sparticuz/chromium';
        import puppeteer from 'puppeteer-core';
        const steps = JSON.parse(process.argv[2]);
        const executablePath = await chromium.executablePath();
        // Not the package's own, which switch off what keeps pages apart.
        const args = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage'];
        const browser = await puppeteer.launch({ args, executablePath, headless: 'shell' });
        try {
          const page = await browser.newPage();
          for (const [address, script] of steps) {
            const answer = await page.goto(address);
            const result = script === '' ? await answer.text() : await page.evaluate(script);
            console.log('RESULT ' + JSON.stringify(result));
          }
        } finally {
          await browser.close();
        }
        """;

    private static final String RESULT = "RESULT ";

    /// What a page hears of a request that the browser or the server did not allow.
    private static final String REFUSED = "\"TypeError\"";

    @TempDir
    private static Path folder;

    private static final HttpServer PAGES = pages();

    @BeforeAll
    static void begin() throws IOException, InterruptedException {
        Programs.install(folder, "@sparticuz/chromium@141.0.0", "puppeteer-core@24.43.1");
        Files.writeString(folder.resolve("driver.mjs"), DRIVER);
        assumeTrue(
                browse(step(page("127.0.0.1"), "document.title")).contains("\"page\""),
                "Chromium does not run on this host");
    }

    @AfterAll
    static void end() {
        PAGES.stop(0);
    }

    @Test
    void letsAPageOfAnAllowedOriginDoWhatCorsAllows() throws Exception {
        var url = open(Cors.builder()
                .allowOrigins(page("127.0.0.1").replaceAll("/$", ""))
                .allowMethods("PUT", "GET")
                .allowHeaders("x-custom", "content-type")
                .exposeHeaders("x-told")
                .allowCredentials(true)
                .maxAge(60)
                .build());
        // Not simple in method, in headers, and in its type: it needs a preflight.
        var put = fetch(
                url,
                "{method: 'PUT', credentials: 'include', body: '{}',"
                        + " headers: {'x-custom': 'mine', 'content-type': 'application/json'}}");

        var seen = browse(
                step(page("127.0.0.1"), put),
                step(page("127.0.0.1"), fetch(url, "{method: 'DELETE'}")),
                step(page("127.0.0.1"), fetch(url, "{headers: {'x-other': '1'}}")));

        assertThat(seen.getFirst())
                .contains(
                        "\"told\":\"told\"",
                        "\"kept\":null",
                        "\\\"method\\\":\\\"PUT\\\"",
                        "\\\"custom\\\":\\\"mine\\\"");
        assertThat(seen.subList(1, 3)).containsOnly(REFUSED);
    }

    @Test
    void keepsAnAnswerFromPagesOfOtherOrigins() throws Exception {
        var allowed = page("127.0.0.1").replaceAll("/$", "");
        var url = open(Cors.builder().allowOrigins(allowed).allowMethods("*").build());
        var without = open(null);

        var seen = browse(
                step(page("127.0.0.1"), fetch(url, "{}")),
                step(page("localhost"), fetch(url, "{}")),
                step(page("127.0.0.1"), fetch(without, "{}")));

        assertThat(seen.getFirst()).contains("\"status\":200");
        assertThat(seen.subList(1, 3)).containsOnly(REFUSED);
    }

    @Test
    void keepsEachCookieForTheFunctionThatSetIt() throws Exception {
        var url = open(null);
        var other = open(null);

        var seen = browse(
                step(url + "set", ""),
                step(url + "again", ""),
                step(url + "page", "document.cookie"),
                step(other + "again", ""));

        assertThat(seen.get(1)).contains("[\\\"first=1\\\",\\\"second=a%20b\\\"]");
        assertThat(seen.get(2)).isEqualTo("\"first=1\"");
        assertThat(seen.get(3)).contains("\\\"cookies\\\":[]");
    }

    /// Without signatures whoever connects is the owner: a function's page must not be taken for one.
    @Test
    void keepsAFunctionsPageFromTheApi() throws Exception {
        var name = TestServer.create("nodejs20.x", "index.handler", Zips.of("index.js", FUNCTION), 30);
        var shown = expose(name, null, InvokeMode.BUFFERED);
        var arn = TestServer.lambda()
                .getFunction(r -> r.functionName(name))
                .configuration()
                .functionArn();
        var api = TestServer.endpoint() + "/2015-03-31/functions/" + arn;
        var byPath = TestServer.endpoint() + "/_hearth/urls/" + ShownUrl.id(shown) + "/";

        for (var page : List.of(byName(shown) + "page", byPath + "page")) {
            var seen = browse(
                    step(page, "document.getElementById('here').innerText"),
                    step(page, fetch(api, "{}")),
                    step(page, fetch(api, "{method: 'DELETE', mode: 'no-cors'}")),
                    step(page, fetch(api + "/versions", "{method: 'POST', mode: 'no-cors', body: '{}'}")));

            assertThat(seen.getFirst()).isEqualTo("\"page\"");
            assertThat(seen.subList(1, 3)).as(page).containsOnly(REFUSED);
            // The browser sends it, as it would a form. The server must not do it.
            assertThat(seen.get(3)).as(page).contains("\"status\":0");
        }
        assertThat(TestServer.lambda()
                        .listVersionsByFunction(r -> r.functionName(name))
                        .versions())
                .extracting(FunctionConfiguration::version)
                .containsExactly("$LATEST");
    }

    @Test
    void showsAStreamWhileItGoesOn() throws Exception {
        var name = TestServer.create("nodejs20.x", "index.handler", Zips.of("index.js", STREAMING), 30);
        var url = byName(expose(name, null, InvokeMode.RESPONSE_STREAM));
        var read = "(async () => { const reader = (await fetch('" + url + "')).body.getReader(); const seen = [];"
                + " const text = new TextDecoder(); let began;"
                + " for (;;) { const { done, value } = await reader.read(); if (done) break;"
                + " began ??= performance.now(); seen.push(text.decode(value)); }"
                + " return [seen.join(''), performance.now() - began > 1000]; })()";

        assertThat(browse(step(page("127.0.0.1"), read))).containsExactly("[\"firstlast\",true]");
    }

    private static HttpServer pages() {
        try {
            var pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            pages.createContext("/", exchange -> {
                try (exchange) {
                    var page = "<!doctype html><title>page</title>".getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "text/html");
                    exchange.sendResponseHeaders(200, page.length);
                    exchange.getResponseBody().write(page);
                }
            });
            pages.start();
            return pages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A script that asks, and says what it got, or by what name that was refused.
    private static String fetch(String url, String options) {
        return "fetch('%s', %s).then(async (a) => ({status: a.status, told: a.headers.get('x-told'), "
                        .formatted(url, options)
                + "kept: a.headers.get('x-kept'), body: await a.text()}), (e) => e.name)";
    }

    private static String open(@Nullable Cors cors) {
        var name = TestServer.create("nodejs20.x", "index.handler", Zips.of("index.js", FUNCTION), 30);
        return byName(expose(name, cors, InvokeMode.BUFFERED));
    }

    private static String expose(String name, @Nullable Cors cors, InvokeMode mode) {
        var lambda = TestServer.lambda();
        var url = lambda.createFunctionUrlConfig(r -> r.functionName(name)
                        .authType(FunctionUrlAuthType.NONE)
                        .invokeMode(mode)
                        .cors(cors))
                .functionUrl();
        ShownUrl.permit(lambda, name, null);
        return url;
    }

    private static String byName(String shown) {
        return ShownUrl.byName(TestServer.endpoint(), shown);
    }

    /// A page of this test's own, under one of the names of the loopback.
    private static String page(String host) {
        return "http://" + host + ":" + PAGES.getAddress().getPort() + "/";
    }

    private record Step(String address, String script) {}

    /// @param script what to run in the page; empty to take the page's text
    private static Step step(String address, String script) {
        return new Step(address, script);
    }

    /// Goes through pages in a new browser, and gives what each step returned.
    private static List<String> browse(Step... steps) throws IOException, InterruptedException {
        var json = Arrays.stream(steps)
                .map(step -> "[" + quoted(step.address) + "," + quoted(step.script) + "]")
                .collect(Collectors.joining(",", "[", "]"));
        var builder =
                new ProcessBuilder("node", folder.resolve("driver.mjs").toString(), json).redirectErrorStream(true);
        builder.environment().put("TMPDIR", folder.toString());
        var process = builder.start();
        try (var lines = process.inputReader()) {
            var output = lines.lines().toList();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            var results = output.stream()
                    .filter(line -> line.startsWith(RESULT))
                    .map(line -> line.substring(RESULT.length()))
                    .toList();
            return results.size() == steps.length ? results : output;
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
