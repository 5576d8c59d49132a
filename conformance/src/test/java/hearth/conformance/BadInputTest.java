package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests that no client of good will sends: each gets a 4xx in AWS's words, and the next caller is served.
class BadInputTest {
    private static final String FUNCTIONS = "/2015-03-31/functions";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {                                         | 400 | SerializationException
            []                                        | 400 | SerializationException
            {"FunctionName": 7}                       | 400 | SerializationException
            {}                                        | 400 | ValidationException
            {"FunctionName":"f","Code":{},"Role":"r"} | 400 | ValidationException
            """)
    void aBadBodyIsRefused(String body, int status, String error) throws IOException {
        var answer = post(FUNCTIONS, body);

        assertThat(answer).startsWith("HTTP/1.1 " + status);
        assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                .contains("x-amzn-errortype: " + error.toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void allConstraintsAreReportedTogetherInAwsWords() throws IOException {
        var answer = post(FUNCTIONS, "{\"FunctionName\":\"f\",\"Role\":\"r1\",\"Code\":{},\"Timeout\":0}");

        assertThat(answer)
                .contains("2 validation errors detected: ")
                .contains("Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression"
                        + " pattern: arn:(aws[a-zA-Z-]*)?:iam::\\\\d{12}:role/?[a-zA-Z_0-9+=,.@\\\\-_/]+")
                .contains(
                        "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1");
    }

    @Test
    void anOperationThatHearthDoesNotHaveYetNamesItself() throws IOException {
        var answer =
                send("GET /2025-11-30/capacity-providers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 501").contains("ListCapacityProviders");
    }

    @ParameterizedTest
    @CsvSource({"1048577, 413", "1048576, 202"})
    void anEventOfMoreThanOneMebibyteIsRefused(int size, int status) throws IOException {
        var function = TestServer.python("def handler(e, c):\n    return 1\n");

        var answer = send("POST " + FUNCTIONS + "/" + function
                + "/invocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + authorization()
                + "X-Amz-Invocation-Type: Event\r\nContent-Length: " + size + "\r\n\r\n" + "\"" + "1".repeat(size - 2)
                + "\"");

        assertThat(answer).startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @CsvSource({"6291457, 413", "6291456, 404"})
    void aPayloadOfMoreThanSixMebibytesIsRefused(int size, int status) throws IOException {
        var answer =
                send("POST " + FUNCTIONS + "/nobody/invocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Length: " + size + "\r\n\r\n" + "1".repeat(size));

        assertThat(answer).startsWith("HTTP/1.1 " + status);
        if (status == 413) {
            assertThat(answer).contains("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
        }
    }

    @Test
    void garbageIsAnsweredWithA400AndTheNextCallerIsServed() throws IOException {
        for (var garbage : List.of(
                "\0\0\0\0\r\n\r\n",
                "GET\r\n\r\n",
                "POST / HTTP/9.9\r\n\r\n",
                "POST " + FUNCTIONS + " HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "POST " + FUNCTIONS + " HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
                "POST " + FUNCTIONS + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET " + FUNCTIONS + "/%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
            assertThat(send(garbage)).as(garbage).matches("(?s)(HTTP/1.1 4.*|)");
        }

        assertThat(send("GET " + FUNCTIONS + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    private static String authorization() {
        return "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/lambda/aws4_request, "
                + "SignedHeaders=host, Signature=0\r\n";
    }

    private static String post(String path, String body) throws IOException {
        return send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + authorization()
                + "Content-Type: application/json\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length
                + "\r\n\r\n" + body);
    }

    /// Everything that the server answers until it closes.
    private static String send(String request) throws IOException {
        var endpoint = TestServer.endpoint();
        try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            socket.setSoTimeout(120_000);
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
                socket.shutdownOutput();
            } catch (IOException e) {
                // It may answer and close before it has read all.
                assertThat(e).isNotNull();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
