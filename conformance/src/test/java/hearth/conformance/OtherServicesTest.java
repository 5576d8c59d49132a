package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients whose endpoint is Hearth for every service: they learn who they are, and what to set for the rest.
class OtherServicesTest {
    private static final String EACH_SERVICE = """
            import boto3, botocore, json, sys
            from botocore.config import Config
            calls = {
                'sqs': lambda c: c.list_queues(),
                's3': lambda c: c.list_buckets(),
                's3 put': lambda c: c.put_object(Bucket='b', Key='k', Body=b'x' * 100000),
                'dynamodb': lambda c: c.list_tables(),
                'sns': lambda c: c.list_topics(),
                'ec2': lambda c: c.describe_instances(),
                'iam': lambda c: c.list_users(),
                'logs': lambda c: c.describe_log_groups(),
                'events': lambda c: c.list_rules(),
                'cloudwatch': lambda c: c.list_metrics(),
                'kinesis': lambda c: c.list_streams(),
                'stepfunctions': lambda c: c.list_state_machines(),
                'secretsmanager': lambda c: c.list_secrets(),
                'cloudformation': lambda c: c.list_stacks(),
                'apigateway': lambda c: c.get_rest_apis(),
                'sts': lambda c: c.get_session_token(),
            }
            for name, call in calls.items():
                client = boto3.client(name.split()[0], config=Config(retries={'max_attempts': 0, 'mode': 'standard'}))
                try:
                    call(client)
                    print(name, 'ANSWERED')
                except botocore.exceptions.ClientError as e:
                    print(name, e.response['ResponseMetadata']['HTTPStatusCode'], json.dumps(e.response['Error']))
            """;

    @TempDir
    Path data;

    @Test
    void tellBoto3WhatToSetForEachService() throws Exception {
        assumeTrue(succeeds("python3", "-c", "import boto3"), "This host has no boto3");

        var said = run(signing("test", "test"), "python3", "-c", EACH_SERVICE)
                .lines()
                .toList();

        assertThat(said).hasSize(16).allSatisfy(line -> assertThat(line)
                .containsPattern("^[a-z0-9 ]+ 400 \\{")
                .contains("Hearth serves AWS Lambda")
                .contains("\"Code\": \"")
                .contains("Set AWS_ENDPOINT_URL_"));
        assertThat(said).anySatisfy(line -> assertThat(line).startsWith("logs").contains("URL_CLOUDWATCH_LOGS"));
        assertThat(said)
                .anySatisfy(line -> assertThat(line).startsWith("stepfunctions").contains("URL_SFN"));
    }

    @Test
    void tellTheAwsCliWhoItIs() throws Exception {
        assumeTrue(succeeds("aws", "--version"), "This host has no AWS CLI");

        var said = run(signing("111122223333", "any"), "aws", "sts", "get-caller-identity");

        assertThat(said)
                .contains("\"Account\": \"111122223333\"")
                .contains("\"Arn\": \"arn:aws:iam::111122223333:root\"");
    }

    @Test
    void tellTheAwsCliWhoItIsOnlyWhenItsSignatureIsGood() throws Exception {
        assumeTrue(succeeds("aws", "--version"), "This host has no AWS CLI");
        var key = Keys.create(data, "444455556666");

        try (var server = HearthProcess.start(data, "--auth", "sigv4", "--pool-memory", "0")) {
            var good = new HashMap<>(key.variables());
            good.put("AWS_ENDPOINT_URL", server.endpoint().toString());
            good.put("AWS_DEFAULT_REGION", "us-east-1");
            var bad = new HashMap<>(good);
            bad.put("AWS_SECRET_ACCESS_KEY", "another");
            var stranger = new HashMap<>(good);
            stranger.put("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");

            assertThat(run(good, "aws", "sts", "get-caller-identity"))
                    .contains("\"Arn\": \"arn:aws:iam::444455556666:root\"");
            assertThat(runAnyway(bad, "aws", "sts", "get-caller-identity"))
                    .contains("An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation");
            assertThat(runAnyway(stranger, "aws", "sts", "get-caller-identity"))
                    .contains(
                            "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The"
                                    + " security token included in the request is invalid");
            assertThat(runAnyway(good, "aws", "s3api", "list-buckets"))
                    .contains(
                            "An error occurred (InvalidRequest) when calling the ListBuckets operation: Hearth serves")
                    .contains("AWS_ENDPOINT_URL_S3");
        }
    }

    private static Map<String, String> signing(String keyId, String secret) {
        return Map.of(
                "AWS_ENDPOINT_URL",
                TestServer.endpoint().toString(),
                "AWS_ACCESS_KEY_ID",
                keyId,
                "AWS_SECRET_ACCESS_KEY",
                secret,
                "AWS_DEFAULT_REGION",
                "us-east-1");
    }

    private static String run(Map<String, String> environment, String... command) throws Exception {
        var process = start(environment, command);
        try (var lines = process.inputReader()) {
            var output = lines.lines().collect(Collectors.joining("\n"));
            assertThat(process.waitFor())
                    .as("%s printed %s", List.of(command), output)
                    .isZero();
            return output;
        }
    }

    private static String runAnyway(Map<String, String> environment, String... command) throws Exception {
        var process = start(environment, command);
        try (var lines = process.inputReader()) {
            var output = lines.lines().collect(Collectors.joining("\n"));
            process.waitFor();
            return output;
        }
    }

    private static Process start(Map<String, String> environment, String... command) throws IOException {
        var builder = new ProcessBuilder(new ArrayList<>(List.of(command))).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
