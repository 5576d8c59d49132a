package hearth.server.services;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.memory.MemoryBudget;
import hearth.server.auth.Authenticator;
import hearth.server.auth.TrustingAuthenticator;
import hearth.server.http.Exchange;
import hearth.server.http.HttpLimits;
import hearth.server.http.HttpListener;
import hearth.server.http.HttpResponse;
import hearth.server.http.NoLeaks;
import hearth.server.http.RawClient;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import hearth.server.http.Service;
import hearth.worker.loops.EpollLoops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoLeaks.class)
class OtherServicesTest {
    private static final Authenticator TRUSTING =
            new TrustingAuthenticator(new AccountId("000000000000"), _ -> Optional.empty(), InstantSource.system());
    private static final Authenticator SUSPICIOUS = (_, _) -> {
        throw new ApiException(ApiError.UNRECOGNIZED_CLIENT, "The security token in <the request> is invalid.");
    };

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());
    private final Lambda service = new Lambda();
    private final HttpListener listener;
    private final RawClient client;

    OtherServicesTest() throws IOException {
        listener = new HttpListener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loops,
                service,
                HttpLimits.defaults(),
                () -> "an-id",
                Runnable::run,
                MemoryBudget.unlimited(),
                MemoryBudget.unlimited(),
                InstantSource.system());
        client = new RawClient(listener.address());
    }

    @AfterEach
    void stop() {
        client.close();
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /// Knows no operation but what is here under test.
    private static final class Lambda implements Service {
        private volatile Authenticator authenticator = TRUSTING;

        @Override
        public RequestHandler admit(RequestHead head, Exchange exchange) {
            return OtherServices.intake(head, exchange, authenticator)
                    .orElseThrow(() -> new ApiException(ApiError.UNKNOWN_OPERATION, "Lambda's own"));
        }

        @Override
        public HttpResponse refusal(ApiException refusal) {
            return new HttpResponse(
                    refusal.error().status(), Map.of(), refusal.message().getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public HttpResponse fault() {
            return new HttpResponse(500, Map.of(), new byte[0]);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /bucket?list-type=2 | s3 | | application/xml | <Error><Code>InvalidRequest</Code><Message> | S3",
                "PUT /bucket/key | s3 | | application/xml | <Error><Code>InvalidRequest</Code><Message> | S3",
                "POST / | ec2 | Content-Type: application/x-www-form-urlencoded"
                        + "| text/xml | <Response><Errors><Error><Code>InvalidAction</Code> | EC2",
                "POST / | sns | Content-Type: application/x-www-form-urlencoded; charset=utf-8"
                        + "| text/xml | <ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code> | SNS",
                "GET /2013-04-01/zone | route53 | | text/xml | <ErrorResponse><Error><Type>Sender</Type> | ROUTE_53",
                "POST / | dynamodb | X-Amz-Target: DynamoDB_20120810.X~Content-Type: application/x-amz-json-1.0"
                        + "| application/x-amz-json-1.0 | {\"__type\":\"UnknownOperationException\" | DYNAMODB",
                "POST / | logs | X-Amz-Target: Logs_20140328.X~Content-Type: application/x-amz-json-1.1"
                        + "| application/x-amz-json-1.1 | {\"__type\":\"UnknownOperationException\" | CLOUDWATCH_LOGS",
                "GET /clusters | eks | | application/json | {\"message\":\"Hearth serves | EKS",
            })
    void areToldInTheirOwnFormWhatToSet(
            String line, String signedFor, String headers, String contentType, String body, String variable) {
        var answer = send(line, signedFor, headers == null ? "" : headers, "").read();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo(contentType);
        assertThat(answer.text())
                .contains(body)
                .contains("Hearth serves AWS Lambda, and this request is for " + signedFor)
                .contains("Set AWS_ENDPOINT_URL_" + variable + " to")
                .contains("AWS_ENDPOINT_URL_LAMBDA instead of AWS_ENDPOINT_URL");
    }

    @Test
    void ofRpcV2AreToldInCbor() {
        var answer = send(
                        "POST /service/GraniteServiceVersion20100801/operation/ListMetrics",
                        "monitoring",
                        "smithy-protocol: rpc-v2-cbor~Content-Type: application/cbor",
                        "")
                .read();

        assertThat(answer.header("smithy-protocol")).isEqualTo("rpc-v2-cbor");
        assertThat(answer.body()[0]).isEqualTo((byte) 0xa2);
        assertThat(answer.text()).contains("__type", "UnknownOperationException", "AWS_ENDPOINT_URL_CLOUDWATCH ");
    }

    @Test
    void areKnownByTheirTargetWhereNothingIsSigned() {
        var answer = client.send("POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n"
                        + "Content-Length: 2\r\n\r\n{}")
                .read();

        assertThat(answer.text()).contains("__type", "this request is for AmazonSQS.ListQueues");
    }

    @Test
    void leaveLambdasOwnAlone() {
        assertThat(send("GET /2015-03-31/nothing", "lambda", "", "").read().text())
                .isEqualTo("Lambda's own");
        assertThat(client.send("GET /favicon.ico HTTP/1.1\r\nHost: a\r\n\r\n")
                        .read()
                        .text())
                .isEqualTo("Lambda's own");
    }

    @Test
    void saysWhoCalls() {
        var answer = sts("", "Action=GetCallerIdentity&Version=2011-06-15");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/xml");
        assertThat(answer.text())
                .contains(
                        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">",
                        "<Account>111122223333</Account>",
                        "<Arn>arn:aws:iam::111122223333:root</Arn>",
                        "<UserId>111122223333</UserId>",
                        "<RequestId>an-id</RequestId>");
    }

    @Test
    void saysItInJsonToWhomAsksSo() {
        assertThat(sts("Accept: application/json", "Action=GetCallerIdentity").text())
                .isEqualTo("""
                        {"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"111122223333",\
                        "Arn":"arn:aws:iam::111122223333:root","UserId":"111122223333"},\
                        "ResponseMetadata":{"RequestId":"an-id"}}}
                        """);
    }

    @Test
    void saysItToAPresignedRequestToo() {
        var answer = client.send("GET /?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential="
                        + "111122223333%2F20260102%2Fcn-north-1%2Fsts%2Faws4_request HTTP/1.1\r\nHost: a\r\n\r\n")
                .read();

        assertThat(answer.text()).contains("<Arn>arn:aws-cn:iam::111122223333:root</Arn>");
    }

    @Test
    void knowsNoOtherOperationOfSts() {
        var answer = sts("", "Action=AssumeRole&Version=2011-06-15");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .contains("<Code>InvalidAction</Code>", "GetCallerIdentity alone", "AWS_ENDPOINT_URL_STS");
    }

    @Test
    void refusesWhomItDoesNotKnowInTheWordsOfSts() {
        service.authenticator = SUSPICIOUS;

        var answer = sts("", "Action=GetCallerIdentity&Version=2011-06-15");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text())
                .contains("<Type>Sender</Type><Code>InvalidClientTokenId</Code>", "&lt;the request&gt; is invalid");
    }

    @Test
    void answersWhateverIsSentWithARefusal() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var words = List.of(
                "s3",
                "sts",
                "ec2",
                "lambda",
                "",
                "\"><x>",
                "a/b",
                "é",
                "&",
                "Action=",
                "Action=GetCallerIdentity",
                "%",
                "%zz",
                "application/x-www-form-urlencoded",
                "application/json",
                "rpc-v2-cbor",
                "DynamoDB_20120810.X",
                "x".repeat(200),
                "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/sts/e",
                "AWS4-HMAC-SHA256 Credential=a/b/<x>/sts/e",
                "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3 control/e",
                "AWS4-HMAC-SHA256 Credential=",
                "////");
        for (int i = 0; i < 400; i++) {
            var request = new StringBuilder(random.nextBoolean() ? "POST /" : "GET /")
                    .append(random.nextBoolean() ? "?" + word(random, words).replace(" ", "") : "")
                    .append(" HTTP/1.1\r\nHost: a\r\n");
            for (var name : List.of("Authorization", "X-Amz-Target", "Content-Type", "Accept", "smithy-protocol")) {
                if (random.nextInt(3) > 0) {
                    request.append(name)
                            .append(": ")
                            .append(word(random, words))
                            .append("\r\n");
                }
            }
            var body = word(random, words);
            request.append("Content-Length: ")
                    .append(body.length())
                    .append("\r\n\r\n")
                    .append(body);
            try (var fresh = new RawClient(listener.address())) {
                var answer = fresh.send(request.toString()).read();

                assertThat(answer.status())
                        .as("seed %d, round %d: %s gets %s", seed, i, request, answer.text())
                        .isBetween(200, 499);
                assertThat(answer.text()).as("seed %d, round %d", seed, i).doesNotContain("<x>");
            }
        }
    }

    private static String word(Random random, List<String> words) {
        var word = words.get(random.nextInt(words.size()));
        return random.nextInt(4) == 0 ? word + words.get(random.nextInt(words.size())) : word;
    }

    private RawClient.Answer sts(String header, String body) {
        var headers = "Content-Type: application/x-www-form-urlencoded" + (header.isEmpty() ? "" : "~" + header);
        return send("POST /", "sts", headers, body).read();
    }

    /// @param headers with a tilde between them
    private RawClient send(String line, String service, String headers, String body) {
        return client.send(line + " HTTP/1.1\r\nHost: a\r\nAuthorization: AWS4-HMAC-SHA256 Credential="
                + "111122223333/20260102/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0\r\n"
                + (headers.isEmpty() ? "" : headers.replace("~", "\r\n") + "\r\n") + "Content-Length: " + body.length()
                + "\r\n\r\n" + body);
    }
}
