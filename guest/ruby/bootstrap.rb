# frozen_string_literal: true

# The Ruby runtime: loads the function's handler and runs it for one invocation after another.

require 'json'
require_relative 'hearth_api'
require_relative 'hearth_logging'
require_relative 'hearth_runtime'

Hearth::Logging.set_up
Hearth::Runtime.new(Hearth::RuntimeApi.new(ENV.fetch('AWS_LAMBDA_RUNTIME_API'))).run(ENV.fetch('_HANDLER', ''))
