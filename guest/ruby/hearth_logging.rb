# frozen_string_literal: true

require 'logger'

module Hearth
  # Log records: each is written whole to the descriptor that the platform reads frames from, where there is one.
  module Logging
    JSON_FORMAT = ENV['AWS_LAMBDA_LOG_FORMAT'].to_s.casecmp?('JSON')
    LEVEL = { 'TRACE' => 'debug', 'DEBUG' => 'debug', 'INFO' => 'info', 'WARN' => 'warn', 'ERROR' => 'error',
              'FATAL' => 'fatal' }.fetch(ENV['AWS_LAMBDA_LOG_LEVEL'].to_s.upcase, 'debug')
    LEVEL_BITS = { 'DEBUG' => 0x08, 'INFO' => 0x0C, 'WARN' => 0x10, 'ERROR' => 0x14, 'FATAL' => 0x18 }.freeze

    class << self
      # The request that runs now; nil while the function is initialised.
      attr_accessor :request_id
      attr_reader :sink

      def set_up
        $stdout.sync = true
        descriptor = ENV.delete('_LAMBDA_TELEMETRY_LOG_FD')
        @sink = Sink.new(descriptor && open(descriptor.to_i))
        ::Logger.prepend(LoggerOfFunctions)
        ::Kernel.module_eval do
          # A text of several lines is one record.
          def puts(*words)
            text = words.flatten.map(&:to_s).join("\n")
            Hearth::Logging.sink.write(text.end_with?("\n") ? text : "#{text}\n")
            nil
          end
        end
      end

      private

      # Not for the processes that the function starts.
      def open(descriptor)
        io = IO.for_fd(descriptor, 'wb', autoclose: false)
        io.sync = true
        io.close_on_exec = true
        io
      rescue SystemCallError
        nil
      end
    end

    # A frame is its type, the length of its text (4 bytes each), microseconds since 1970 (8 bytes) and the text, numbers
    # big-endian. The type says the format and, in the low byte, the level.
    class Sink < ::Logger::LogDevice
      def initialize(file)
        @file = file
      end

      def write(text)
        return $stdout.write(text) unless @file

        level = text.level if text.is_a?(Record)
        text = text.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
        kind = (JSON_FORMAT ? 0xA55A0002 : 0xA55A0003) | LEVEL_BITS.fetch(level, 0)
        now = Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)
        @file.write([kind, text.bytesize, now].pack('L>L>Q>') << text.b)
      end

      def reopen(*) = self

      def close; end
    end

    # A text with a level of its own; others have the usual one.
    class Record < String
      attr_reader :level

      def initialize(text, level)
        super(text)
        @level = level
      end
    end

    # Loggers of the function that write to the standard streams, or nowhere, write to the platform.
    module LoggerOfFunctions
      def initialize(device = nil, *arguments, level: LEVEL, formatter: nil, **options)
        if device.nil? || device.equal?($stdout) || device.equal?($stderr)
          device = Logging.sink
          formatter ||= JSON_FORMAT ? JsonFormatter.new : TextFormatter.new
        end
        super(device, *arguments, level: level, formatter: formatter, **options)
      end
    end

    class TextFormatter < ::Logger::Formatter
      def call(severity, time, program, message)
        text = format('%s, [%s #%d] %5s %s -- %s: %s', severity[0], format_datetime(time), Process.pid, severity,
                      Logging.request_id, program, msg2str(message))
        "#{text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)}\n"
      end
    end

    class JsonFormatter < ::Logger::Formatter
      def call(severity, time, program, message)
        error = message if message.is_a?(Exception)
        record = {
          timestamp: time.utc.strftime('%Y-%m-%dT%H:%M:%S.%6NZ'),
          level: severity,
          message: plain(error ? error.message : msg2str(message)),
          requestId: Logging.request_id,
          logger: (plain(program) unless program.to_s.empty?),
          errorType: error&.class&.to_s,
          errorMessage: error && plain(error.message),
          stackTrace: error && Array(error.backtrace).map { |line| plain(line) },
          location: error && location(error)
        }
        Record.new("#{JSON.generate(record.compact)}\n", severity)
      end

      private

      def location(error)
        first = error.backtrace_locations&.first
        first && "#{first.path}:#{first.label}:#{first.lineno}"
      end

      def plain(text)
        text.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
      end
    end
  end
end
