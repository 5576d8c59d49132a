"""The Ruby runtime, with every Ruby that this host has."""

import json
import os

import interpreters
from fake_runtime_api import Manners
from runtime_process import GUEST
from runtime_test import for_each

ECHO = "def handler(event:, context:)\n  event\nend\n"


class _Ruby:
    def command(self):
        return [self.interpreter, "-EUTF-8", os.path.join(GUEST, "ruby", "bootstrap.rb")]

    def run_handler(self, body, **options):
        """Starts a function with this text as its handler's body."""
        lines = "".join("  %s\n" % line for line in body.splitlines())
        return self.start({"app.rb": "def handler(event:, context:)\n" + lines + "end\n"}, "app.handler", **options)

    # Events and results

    def test_answers_and_asks_for_the_next_event_in_one_write(self):
        runtime = self.start({"app.rb": ECHO}, "app.handler")

        first = runtime.invoke({"a": [1, 2.5, None, True, "ü"]}).outcome()
        second = runtime.invoke("again").outcome()

        self.assertEqual(first.json(), {"a": [1, 2.5, None, True, "ü"]})
        self.assertEqual(first.headers["content-type"], "application/json")
        self.assertTrue(first.follower_waits)
        self.assertEqual(second.json(), "again")
        self.assertEqual(runtime.api.connections, 1)

    def test_calls_a_method_of_a_class_in_a_module(self):
        source = "module Shop\n  class Orders\n    def self.process(event:, context:)\n      {got: event}\n    end\n  end\nend\n"
        runtime = self.start({"lib/orders.rb": source}, "lib/orders.Shop::Orders.process")

        self.assertEqual(runtime.invoke(7).result(), {"got": 7})

    def test_requires_files_of_the_function(self):
        files = {"app.rb": "require 'helpers/names'\n" + "def handler(event:, context:) = greet(event)\n",
                 "helpers/names.rb": "def greet(name) = \"Hello #{name}\"\n"}

        self.assertEqual(self.start(files, "app.handler").invoke("Ada").result(), "Hello Ada")

    def test_nil_is_null(self):
        self.assertEqual(self.run_handler("nil").invoke().outcome().body, b"null")

    def test_passes_on_what_can_be_read(self):
        outcome = self.run_handler("StringIO.new(\"\\x00\\xFF\".b)").invoke().outcome()

        self.assertEqual((outcome.body, outcome.headers["content-type"]), (b"\x00\xff", "application/unknown"))

    def test_functions_may_marshal_themselves(self):
        source = (
            "module AwsLambda\n  class Marshaller\n    class << self\n"
            "      def marshall_request(request) = request.body.upcase\n"
            "      def marshall_response(response) = [response.to_s, 'text/plain']\n    end\n  end\nend\n"
        )
        outcome = self.start({"app.rb": source + ECHO}, "app.handler").invoke("abc").outcome()

        self.assertEqual((outcome.body, outcome.headers["content-type"]), (b'"ABC"', "text/plain"))

    def test_takes_an_event_that_comes_slowly_and_in_pieces(self):
        for manners in (Manners(byte_by_byte=True), Manners(chunked=True)):
            runtime = self.start({"app.rb": ECHO}, "app.handler", manners=manners)

            self.assertEqual(runtime.invoke({"text": "x" * 3000}).result(), {"text": "x" * 3000})

    def test_repeats_what_was_not_answered_when_the_connection_breaks(self):
        for manners in (Manners(close_after_next=True), Manners(drop_response=True)):
            runtime = self.start({"app.rb": ECHO}, "app.handler", manners=manners)

            self.assertEqual(runtime.invoke(1).result(), 1)
            self.assertEqual(runtime.invoke(2).result(), 2)

    def test_a_response_that_is_too_large_does_not_end_the_process(self):
        runtime = self.start({"app.rb": ECHO}, "app.handler", manners=Manners(refuse=(413, "RequestEntityTooLarge")))

        runtime.invoke(1).outcome()
        self.assertEqual(runtime.invoke(2).outcome().json(), 2)

    # The context

    def test_tells_the_context(self):
        runtime = self.run_handler(
            "[context.aws_request_id, context.function_name, context.function_version, context.memory_limit_in_mb,\n"
            "context.invoked_function_arn, context.log_group_name, context.client_context, context.identity,\n"
            "context.get_remaining_time_in_millis.between?(50_000, 60_000), ENV['_X_AMZN_TRACE_ID'][0, 5]]"
        )
        invocation = runtime.invoke(
            headers={
                "Lambda-Runtime-Client-Context": '{"custom": {"k": "v"}}',
                "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId": "i"}',
            }
        )

        self.assertEqual(
            invocation.result(),
            [
                invocation.request_id,
                "f",
                "$LATEST",
                "256",
                "arn:aws:lambda:eu-west-1:123456789012:function:f",
                "/aws/lambda/f",
                {"custom": {"k": "v"}},
                {"cognitoIdentityId": "i"},
                True,
                "Root=",
            ],
        )

    # Failures

    def test_tells_what_the_handler_raised_and_goes_on(self):
        runtime = self.run_handler("raise 'no' if event\n'yes'")

        failed = runtime.invoke(True).outcome()
        error = failed.json()
        self.assertTrue(failed.path.endswith("/error"))
        self.assertEqual(list(error), ["errorMessage", "errorType", "stackTrace"])
        self.assertEqual((error["errorMessage"], error["errorType"]), ("no", "Function<RuntimeError>"))
        self.assertEqual(len(error["stackTrace"]), 1, "the runtime's own frames are left out")
        self.assertRegex(error["stackTrace"][0], r"/app\.rb:2:in [`'].*handler'$")
        cause = json.loads(failed.headers["lambda-runtime-function-xray-error-cause"])
        self.assertEqual(cause["exceptions"][0]["stack"][0]["line"], 2)
        self.assertEqual(runtime.invoke(False).result(), "yes")
        frames = [frame.text for frame in runtime.frames()]
        self.assertEqual(frames[0], "Error raised from handler method\n")
        self.assertEqual(json.loads(frames[1]), error)

    def test_a_name_that_is_missing_ends_the_process(self):
        runtime = self.run_handler("nil.upcase")

        failed = runtime.invoke().outcome()

        self.assertEqual(failed.json()["errorType"], "Function<NoMethodError>")
        self.assertEqual(runtime.exit_status(), 255)

    def test_exit_in_a_handler_is_told_and_ends_the_process(self):
        runtime = self.run_handler("exit 3")

        self.assertEqual(runtime.invoke().error()["errorType"], "Function<SystemExit>")
        self.assertEqual(runtime.exit_status(), 255)

    def test_a_result_that_is_no_json_is_the_functions_error(self):
        runtime = self.run_handler("event ? Float::NAN : 1")

        self.assertEqual(runtime.invoke(True).error()["errorType"], "Function<JSON::GeneratorError>")
        self.assertEqual(runtime.invoke(False).result(), 1)

    def test_an_event_that_is_no_json_is_the_functions_error(self):
        runtime = self.start({"app.rb": ECHO}, "app.handler")

        self.assertEqual(runtime.invoke(raw=b"{").error()["errorType"], "Function<JSON::ParserError>")

    def init_error(self, files, handler):
        runtime = self.start(files, handler)
        self.assertEqual(runtime.exit_status(), 252)
        return runtime.api.init_error().json(), runtime

    def test_tells_why_the_function_cannot_be_loaded(self):
        missing, runtime = self.init_error({"app.rb": ""}, "nowhere.handler")
        self.assertEqual(missing["errorType"], "Init<LoadError>")
        self.assertEqual(missing["errorMessage"], "cannot load such file -- nowhere")
        self.assertIn("Init error when loading handler nowhere.handler\n", [each.text for each in runtime.frames()])

        self.assertEqual(self.init_error({"app.rb": "def ("}, "app.handler")[0]["errorType"], "Init<SyntaxError>")
        self.assertEqual(self.init_error({"app.rb": "raise 'x'"}, "app.handler")[0]["errorType"], "Init<RuntimeError>")
        malformed = self.init_error({"app.rb": ""}, "handler")[0]
        self.assertEqual(malformed["errorType"], "Init<ArgumentError>")
        self.assertTrue(malformed["errorMessage"].startswith('Invalid handler ["handler"], must be of form'))

    def test_a_method_that_is_missing_is_found_out_by_the_first_invocation(self):
        runtime = self.start({"app.rb": ""}, "app.handler")

        self.assertEqual(runtime.invoke().error()["errorType"], "Function<NoMethodError>")

    # Logs

    def test_a_text_of_several_lines_is_one_record(self):
        runtime = self.run_handler("puts 'one', 'two ü'\nprint 'three'\n$stderr.puts 'four'\nnil")
        runtime.invoke().result()

        self.assertEqual([(frame.kind, frame.text) for frame in runtime.frames()], [(0xA55A0003, "one\ntwo ü\n")])
        self.assertEqual((runtime.stdout(), runtime.stderr()), ("three", "four\n"))

    def test_loggers_write_records_with_the_request(self):
        runtime = self.run_handler("require 'logger'\nLogger.new($stdout, progname: 'p').warn('careful')\nnil")
        invocation = runtime.invoke()
        invocation.result()

        (frame,) = runtime.frames()
        self.assertEqual(frame.kind, 0xA55A0003)
        self.assertRegex(frame.text, r"^W, \[....-..-..T\S+ #\d+\]  WARN %s -- p: careful\n$" % invocation.request_id)

    def test_loggers_write_json(self):
        body = "require 'logger'\nlog = Logger.new(nil)\nlog.debug('hidden')\nlog.error(ArgumentError.new('bad'))\nnil"
        environment = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
        runtime = self.run_handler(body, environment=environment)
        invocation = runtime.invoke()
        invocation.result()

        (frame,) = runtime.frames()
        record = json.loads(frame.text)
        self.assertEqual(frame.kind, 0xA55A0002 | 0x14)
        self.assertEqual((record["level"], record["message"]), ("ERROR", "bad"))
        self.assertEqual((record["errorType"], record["requestId"]), ("ArgumentError", invocation.request_id))

    def test_without_a_descriptor_records_go_to_standard_output(self):
        runtime = self.run_handler("puts 'one'\nnil", framed=False)
        runtime.invoke().result()

        self.assertEqual(runtime.stdout(), "one\n")

    def test_hands_no_descriptor_on_and_hides_the_variable(self):
        runtime = self.run_handler("[ENV.key?('_LAMBDA_TELEMETRY_LOG_FD'), `ls /proc/self/fd`.split.size]")

        self.assertEqual(runtime.invoke().result(), [False, 4])


# Debian's Ruby is older than AWS's oldest, and the runtime the same.
for_each(("3.1", "3.2", "3.3", "3.4", "4.0"), interpreters.ruby, _Ruby, globals())
