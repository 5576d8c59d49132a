# Every resource and data source of Lambda that the AWS provider has. Round 2 changes what round 1 made.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}

variable "endpoint" { type = string }
variable "round" { type = number }

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
  endpoints { lambda = var.endpoint }
}

locals {
  role  = "arn:aws:iam::000000000000:role/lambda-role"
  again = var.round > 1
}

resource "aws_lambda_layer_version" "words" {
  layer_name               = "tf-words"
  filename                 = "layer.zip"
  source_code_hash         = filebase64sha256("layer.zip")
  compatible_runtimes      = ["python3.11", "python3.12"]
  compatible_architectures = ["x86_64"]
  description              = "Words to greet with, round ${var.round}"
  license_info             = "MIT"
}

resource "aws_lambda_layer_version_permission" "words" {
  layer_name     = aws_lambda_layer_version.words.layer_name
  version_number = aws_lambda_layer_version.words.version
  principal      = "111111111111"
  action         = "lambda:GetLayerVersion"
  statement_id   = "partner"
}

resource "aws_lambda_code_signing_config" "warn" {
  description = "Round ${var.round}"
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:eu-west-1:000000000000:/signing-profiles/any/abcdefghij"]
  }
  policies { untrusted_artifact_on_deployment = "Warn" }
  tags = { team = "hearth" }
}

resource "aws_lambda_function" "greet" {
  function_name                  = "tf-greet"
  filename                       = "app.zip"
  source_code_hash               = filebase64sha256("app.zip")
  handler                        = "app.handler"
  runtime                        = "python3.11"
  role                           = local.role
  publish                        = true
  description                    = "Greets, round ${var.round}"
  timeout                        = local.again ? 7 : 5
  memory_size                    = local.again ? 256 : 192
  reserved_concurrent_executions = local.again ? 30 : 20
  layers                         = [aws_lambda_layer_version.words.arn]
  code_signing_config_arn        = aws_lambda_code_signing_config.warn.arn
  environment { variables = { COLOUR = local.again ? "green" : "blue" } }
  ephemeral_storage { size = 600 }
  tracing_config { mode = local.again ? "Active" : "PassThrough" }
  logging_config {
    log_format            = "JSON"
    application_log_level = "DEBUG"
    system_log_level      = local.again ? "WARN" : "INFO"
  }
  dead_letter_config { target_arn = "arn:aws:sqs:eu-west-1:000000000000:dead" }
  tags = { round = tostring(var.round) }
}

resource "aws_lambda_function" "plain" {
  function_name = "tf-plain"
  filename      = "app.zip"
  handler       = "app.handler"
  runtime       = "python3.11"
  role          = local.role
  vpc_config {
    subnet_ids         = ["subnet-11111111"]
    security_group_ids = local.again ? ["sg-11111111", "sg-22222222"] : ["sg-11111111"]
  }
  kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/12345678-1234-1234-1234-123456789012"
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "Round ${var.round}"
  function_name    = aws_lambda_function.greet.function_name
  function_version = "1"
  dynamic "routing_config" {
    for_each = local.again ? [1] : []
    content { additional_version_weights = { (aws_lambda_function.greet.version) = 0.25 } }
  }
}

resource "aws_lambda_alias" "latest" {
  name             = "latest"
  function_name    = aws_lambda_function.greet.arn
  function_version = "$LATEST"
}

# Moves with every version. AWS provisions nothing for an alias that has weights when it is asked to, as "live" has.
resource "aws_lambda_alias" "steady" {
  name             = "steady"
  function_name    = aws_lambda_function.greet.function_name
  function_version = aws_lambda_function.greet.version
}

resource "aws_lambda_permission" "s3" {
  statement_id   = "from-s3"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.greet.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::bucket-${var.round}"
  source_account = "000000000000"
}

resource "aws_lambda_permission" "account" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.greet.arn
  # As AWS shows it: of an account's number alone it makes this, which the provider takes for a change.
  principal = "arn:aws:iam::111111111111:root"
  qualifier = aws_lambda_alias.live.name
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.greet.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = local.again ? "AWS_IAM" : "NONE"
  invoke_mode        = "BUFFERED"
  cors {
    allow_credentials = true
    allow_origins     = ["https://example.com"]
    allow_methods     = ["GET", "POST"]
    allow_headers     = ["date"]
    expose_headers    = ["keep-alive"]
    max_age           = local.again ? 600 : 300
  }
}

resource "aws_lambda_function_url" "plain" {
  function_name      = aws_lambda_function.plain.function_name
  authorization_type = "NONE"
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name                = aws_lambda_function.greet.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = local.again ? 120 : 60
  maximum_retry_attempts       = local.again ? 1 : 0
  destination_config {
    on_failure { destination = "arn:aws:sqs:eu-west-1:000000000000:failed" }
    on_success { destination = aws_lambda_function.plain.arn }
  }
}

resource "aws_lambda_function_event_invoke_config" "plain" {
  function_name          = aws_lambda_function.plain.arn
  maximum_retry_attempts = local.again ? 2 : 1
}

resource "aws_lambda_provisioned_concurrency_config" "steady" {
  function_name                     = aws_lambda_function.greet.function_name
  qualifier                         = aws_lambda_alias.steady.name
  provisioned_concurrent_executions = local.again ? 2 : 1
}

resource "aws_lambda_runtime_management_config" "greet" {
  function_name     = aws_lambda_function.greet.function_name
  update_runtime_on = local.again ? "Auto" : "FunctionUpdate"
}

resource "aws_lambda_function_recursion_config" "greet" {
  function_name  = aws_lambda_function.greet.function_name
  recursive_loop = local.again ? "Terminate" : "Allow"
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn                   = "arn:aws:sqs:eu-west-1:000000000000:jobs"
  function_name                      = aws_lambda_function.greet.arn
  batch_size                         = local.again ? 20 : 5
  maximum_batching_window_in_seconds = local.again ? 3 : 1
  function_response_types            = ["ReportBatchItemFailures"]
  scaling_config { maximum_concurrency = 5 }
  filter_criteria {
    filter { pattern = jsonencode({ body = { kind = ["order"] } }) }
  }
  tags = { round = tostring(var.round) }
}

resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn               = "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks"
  function_name                  = aws_lambda_alias.live.arn
  starting_position              = "LATEST"
  batch_size                     = 50
  parallelization_factor         = local.again ? 3 : 2
  maximum_retry_attempts         = 3
  bisect_batch_on_function_error = true
  enabled                        = !local.again
  destination_config {
    on_failure { destination_arn = "arn:aws:sqs:eu-west-1:000000000000:failed" }
  }
}

resource "aws_lambda_event_source_mapping" "kafka" {
  function_name     = aws_lambda_function.plain.function_name
  topics            = ["clicks"]
  starting_position = "TRIM_HORIZON"
  self_managed_event_source {
    endpoints = { KAFKA_BOOTSTRAP_SERVERS = "kafka1.example.com:9092,kafka2.example.com:9092" }
  }
  source_access_configuration {
    type = "VPC_SUBNET"
    uri  = "subnet:subnet-11111111"
  }
  source_access_configuration {
    type = "VPC_SECURITY_GROUP"
    uri  = "security_group:sg-11111111"
  }
}

resource "aws_lambda_invocation" "hello" {
  function_name = aws_lambda_function.greet.function_name
  input         = jsonencode({ name = "round ${var.round}" })
}

data "aws_lambda_function" "greet" {
  function_name = aws_lambda_function.greet.function_name
  qualifier     = aws_lambda_function.greet.version
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.greet, aws_lambda_function.plain]
}

data "aws_lambda_alias" "live" {
  function_name = aws_lambda_function.greet.function_name
  name          = aws_lambda_alias.live.name
}

data "aws_lambda_layer_version" "words" {
  layer_name = aws_lambda_layer_version.words.layer_name
  version    = aws_lambda_layer_version.words.version
}

data "aws_lambda_code_signing_config" "warn" {
  arn = aws_lambda_code_signing_config.warn.arn
}

data "aws_lambda_function_url" "live" {
  function_name = aws_lambda_function_url.live.function_name
  qualifier     = aws_lambda_alias.live.name
}

data "aws_lambda_invocation" "hello" {
  function_name = aws_lambda_function.greet.function_name
  qualifier     = aws_lambda_function.greet.version
  input         = jsonencode({ name = "data" })
}

output "answer" { value = jsondecode(aws_lambda_invocation.hello.result) }
output "layer_code" { value = data.aws_lambda_layer_version.words.code_sha256 }
output "functions" { value = sort(data.aws_lambda_functions.all.function_names) }
output "alias_version" { value = data.aws_lambda_alias.live.function_version }
output "data_answer" { value = jsondecode(data.aws_lambda_invocation.hello.result) }
