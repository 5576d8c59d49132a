package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The stock AWS CLI and boto3, where the host has them: nothing is set but the endpoint, a region and any key.
class CommandLineClientsTest {
    private static final String BOTO3 = """
            import boto3, io, json, sys, zipfile
            source = b"def handler(event, context):\\n    return {'got': event}\\n"
            package = io.BytesIO()
            with zipfile.ZipFile(package, 'w') as z:
                z.writestr('app.py', source)
            client = boto3.client('lambda', endpoint_url=sys.argv[1], region_name='us-east-2',
                                  aws_access_key_id='111122223333', aws_secret_access_key='any')
            created = client.create_function(FunctionName='from-boto3', Runtime='python3.11', Handler='app.handler',
                                             Role='arn:aws:iam::111122223333:role/r', Code={'ZipFile': package.getvalue()})
            assert created['State'] == 'Pending', created
            assert created['FunctionArn'] == 'arn:aws:lambda:us-east-2:111122223333:function:from-boto3', created
            client.get_waiter('function_active_v2').wait(FunctionName='from-boto3')
            answer = client.invoke(FunctionName='from-boto3', Payload=json.dumps({'n': 1}))
            assert json.load(answer['Payload']) == {'got': {'n': 1}}
            names = [f['FunctionName'] for page in client.get_paginator('list_functions').paginate() for f in page['Functions']]
            assert names == ['from-boto3'], names
            version = client.publish_version(FunctionName='from-boto3')['Version']
            assert version == '1', version
            client.delete_function(FunctionName='from-boto3')
            try:
                client.get_function(FunctionName='from-boto3')
                raise SystemExit('still there')
            except client.exceptions.ResourceNotFoundException as e:
                assert e.response['ResponseMetadata']['HTTPStatusCode'] == 404
            print('boto3 is content')
            """;

    @TempDir
    Path folder;

    @Test
    void theAwsCliCreatesInvokesUpdatesAndDeletesAFunction() throws Exception {
        assumeTrue(succeeds("aws", "--version"), "This host has no AWS CLI");
        var zip = folder.resolve("fn.zip");
        Files.write(
                zip,
                Zips.of("app.py", "def handler(e, c):\n    return {'hello': e['name']}\n")
                        .asByteArray());

        aws(
                "create-function",
                "--function-name",
                "from-cli",
                "--runtime",
                "python3.11",
                "--handler",
                "app.handler",
                "--timeout",
                "60",
                "--role",
                TestServer.ROLE,
                "--zip-file",
                "fileb://" + zip);
        aws("wait", "function-active-v2", "--function-name", "from-cli");
        var invoked = aws(
                "invoke",
                "--function-name",
                "from-cli",
                "--payload",
                "{\"name\":\"world\"}",
                "--log-type",
                "Tail",
                folder.resolve("out.json").toString());
        aws("update-function-configuration", "--function-name", "from-cli", "--timeout", "7");
        aws("wait", "function-updated-v2", "--function-name", "from-cli");
        var configuration = aws("get-function-configuration", "--function-name", "from-cli");
        var listed = aws("list-functions", "--query", "Functions[].FunctionName", "--output", "text");
        aws("delete-function", "--function-name", "from-cli");

        assertThat(Files.readString(folder.resolve("out.json"))).isEqualTo("{\"hello\": \"world\"}");
        assertThat(invoked).contains("\"StatusCode\": 200").contains("\"LogResult\":");
        assertThat(configuration).contains("\"Timeout\": 7").contains("\"LastUpdateStatus\": \"Successful\"");
        assertThat(listed).contains("from-cli");
    }

    @Test
    void whatTheReadyTextProposesWorksAsItStands() throws Exception {
        assumeTrue(succeeds("aws", "--version"), "This host has no AWS CLI");
        try (var server = HearthProcess.start(TestServer.temporaryFolder())) {
            Await.until("the text is whole", () -> server.output().contains("Ctrl-C stops the server"));
            var text = server.output();
            var proposed = text.substring(text.indexOf("Try it:") + 7, text.indexOf("or with nothing but curl"));
            var process = new ProcessBuilder("sh", "-e", "-c", proposed)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            try (var lines = process.inputReader()) {
                var output = lines.lines().collect(Collectors.joining("\n"));
                assertThat(process.waitFor())
                        .as("%s printed %s", proposed, output)
                        .isZero();
                assertThat(output).contains("{\"hello\": \"world\"}").contains("\"StatusCode\": 200");
            }
        }
    }

    @Test
    void boto3CreatesInvokesListsPublishesAndDeletesAFunction() throws Exception {
        assumeTrue(succeeds("python3", "-c", "import boto3"), "This host has no boto3");

        var output = run(List.of("python3", "-c", BOTO3, TestServer.endpoint().toString()));

        assertThat(output).contains("boto3 is content");
    }

    private String aws(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of("aws", "--endpoint-url", TestServer.endpoint().toString(), "lambda"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("AWS_ACCESS_KEY_ID", "test");
        builder.environment().put("AWS_SECRET_ACCESS_KEY", "test");
        builder.environment().put("AWS_DEFAULT_REGION", "us-west-2");
        var process = builder.start();
        try (var lines = process.inputReader()) {
            var output = lines.lines().collect(Collectors.joining("\n"));
            assertThat(process.waitFor()).as("%s printed %s", command, output).isZero();
            return output;
        }
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
