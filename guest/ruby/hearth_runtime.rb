# frozen_string_literal: true

require 'stringio'

# How events become arguments and results become answers. A function may override it.
module AwsLambda
  class Marshaller
    class << self
      def marshall_request(raw_request)
        raw_request['Content-Type'].to_s.start_with?('application/json') ? JSON.parse(raw_request.body) : raw_request.body
      end

      # The answer, and its content type unless that is JSON. What can be read is passed on as it is.
      def marshall_response(method_response)
        case method_response
        when StringIO, IO then [method_response, 'application/unknown']
        else method_response.to_json
        end
      end
    end
  end
end

# What a handler gets besides the event.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms, :tenant_id

  def initialize(request)
    @aws_request_id = request['Lambda-Runtime-Aws-Request-Id']
    @deadline_ms = request['Lambda-Runtime-Deadline-Ms'].to_i
    @invoked_function_arn = request['Lambda-Runtime-Invoked-Function-Arn']
    @tenant_id = request['Lambda-Runtime-Aws-Tenant-Id']
    @log_group_name = ENV.fetch('AWS_LAMBDA_LOG_GROUP_NAME', nil)
    @log_stream_name = ENV.fetch('AWS_LAMBDA_LOG_STREAM_NAME', nil)
    @function_name = ENV.fetch('AWS_LAMBDA_FUNCTION_NAME', nil)
    @memory_limit_in_mb = ENV.fetch('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', nil)
    @function_version = ENV.fetch('AWS_LAMBDA_FUNCTION_VERSION', nil)
    @identity = json(request['Lambda-Runtime-Cognito-Identity'])
    @client_context = json(request['Lambda-Runtime-Client-Context'])
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end

  private

  def json(header)
    header && JSON.parse(header)
  end
end

module Hearth
  # The method that `_HANDLER` names: `file.method`, or `file.Module::Class.method`.
  class Handler
    attr_reader :file

    def initialize(name)
      parts = name.split('.')
      unless [2, 3].include?(parts.size)
        raise ArgumentError,
              "Invalid handler #{parts}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME " \
              'corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional module/class namespace ' \
              'and METHOD is a callable method. If using CLASS, METHOD must be a class-level method.'
      end
      @file = parts.first
      @owner = parts[1] if parts.size == 3
      @method = parts.last
    end

    def call(event, context)
      target = @owner ? Kernel.const_get(@owner) : self
      target.__send__(@method, event: event, context: context)
    end
  end

  # A failure as the caller and the log are told.
  class Failure
    DIRECTORY = "#{__dir__}/"
    LONGEST_TRACE = 100
    DEEPEST_CAUSE = 15
    LARGEST_CAUSE = 4096
    private_constant :DIRECTORY, :LONGEST_TRACE, :DEEPEST_CAUSE, :LARGEST_CAUSE

    # +kind+ is `Function`, or `Init` for one before the first invocation.
    def initialize(error, kind)
      @error = error
      @kind = kind
      # The runtime's own frames come last and tell nobody anything.
      @frames = Array(error.backtrace_locations).take_while { |frame| !frame.path.to_s.start_with?(DIRECTORY) }
                                                .first(LONGEST_TRACE)
    end

    def document
      { errorMessage: text(@error.message), errorType: "#{@kind}<#{@error.class}>", stackTrace: @frames.map(&:to_s) }
    end

    # Without an error type: none that Ruby has is one that the Runtime API takes.
    def headers
      headers = { 'Content-Type' => 'application/json' }
      cause = JSON.generate(xray_cause)
      headers['Lambda-Runtime-Function-XRay-Error-Cause'] = cause if cause.ascii_only? && cause.bytesize <= LARGEST_CAUSE
      headers
    end

    private

    def xray_cause
      stack = @frames.first(DEEPEST_CAUSE).map do |frame|
        { path: text(frame.path), line: frame.lineno, label: text(frame.label) }
      end
      exception = { message: text(@error.message), type: "#{@kind}<#{@error.class}>", stack: stack }
      { working_directory: Dir.pwd, paths: Gem.paths.path, exceptions: [exception] }
    end

    def text(value)
      value.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
    end
  end

  # Runs the handler, once for each invocation, and tells how it ended.
  class Runtime
    EXIT_AFTER_INIT_ERROR = 252 # -4
    EXIT_AFTER_CRITICAL_ERROR = 255 # -1
    private_constant :EXIT_AFTER_INIT_ERROR, :EXIT_AFTER_CRITICAL_ERROR

    def initialize(api)
      @api = api
    end

    def run(handler_name)
      root = Dir.pwd
      $LOAD_PATH.unshift(root) unless $LOAD_PATH.include?(root)
      handler = load_handler(handler_name)
      report = nil
      loop { report = serve(handler, @api.next_invocation(report)) }
    end

    private

    def load_handler(name)
      handler = Handler.new(name)
      require handler.file
      handler
    rescue Exception => e # whatever it is, it was the function's code
      failure = Failure.new(e, 'Init')
      log("Init error when loading handler #{name}", failure)
      @api.tell(@api.init_error(JSON.generate(failure.document), failure.headers))
      leave(EXIT_AFTER_INIT_ERROR)
    end

    # Runs one invocation and returns what reports its end.
    def serve(handler, invocation)
      request_id = invocation['Lambda-Runtime-Aws-Request-Id']
      Logging.request_id = request_id
      ENV['_X_AMZN_TRACE_ID'] = invocation['Lambda-Runtime-Trace-Id']
      answer, content_type = answer(handler, invocation)
      answer = answer.read if content_type == 'application/unknown'
      @api.response(request_id, answer.to_s, content_type || 'application/json')
    rescue NameError => e
      # One that a retry cannot mend, so that the process ends; NoMethodError is such a one too.
      fail_for_good(request_id, e)
    rescue StandardError => e
      failure = Failure.new(e, 'Function')
      log('Error raised from handler method', failure)
      @api.error(request_id, JSON.generate(failure.document), failure.headers)
    rescue Exception => e
      fail_for_good(request_id, e)
    end

    def answer(handler, invocation)
      event = AwsLambda::Marshaller.marshall_request(invocation)
      AwsLambda::Marshaller.marshall_response(handler.call(event, LambdaContext.new(invocation)))
    end

    def fail_for_good(request_id, error)
      failure = Failure.new(error, 'Function')
      log('Critical exception from handler', failure)
      @api.tell(@api.error(request_id, JSON.generate(failure.document), failure.headers))
      leave(EXIT_AFTER_CRITICAL_ERROR)
    end

    def log(message, failure)
      [message, JSON.pretty_generate(failure.document)].each do |text|
        Logging.sink.write(Logging::JSON_FORMAT ? Logging::Record.new("#{text}\n", 'ERROR') : "#{text}\n")
      end
    end

    # The handlers that the function has set for the end may run.
    def leave(status)
      exit(status)
    end
  end
end
