#!/usr/bin/env bash
# @opentelemetry/propagator-aws-xray-lambda 0.56.0 with instrumentation-http 0.223.0 and sdk-trace-node 2.12.1, @aws-sdk/client-lambda 3.1164.0,
# Node.js 20 or newer.
#
# Guess: OpenTelemetry's propagator for Lambda hands the trace header on with a parent of its own, and leaves the rest of it as it was.
# Behaviour: it writes Root, Parent and Sampled and drops the rest, Lineage too, by which Lambda counts how often an event came round. AWS's client would send
# Lineage along by itself, but the instrumentation of HTTP writes its header over it. And a header that lacks Parent or Sampled, as load balancers make it for
# requests that had none, is not read at all: a new trace with another root begins.
#   without OpenTelemetry: same root, parent as given, lineage kept
#   with OpenTelemetry: same root, another parent, no lineage
#   with OpenTelemetry, "Root=…" alone: another root
# Why it matters: a function that sends to the queue that invokes it is stopped by AWS after about 16 rounds, and with tracing added it is not stopped. Logs and
# traces of one request have different ids. A server that detects loops cannot go by this header alone.
#
# Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-sdk/client-lambda@3.1164.0 @opentelemetry/api@1.9.1 \
  @opentelemetry/propagator-aws-xray-lambda@0.56.0 @opentelemetry/sdk-trace-node@2.12.1 @opentelemetry/instrumentation-http@0.223.0 \
  @opentelemetry/instrumentation@0.223.0 >&2

cat > main.cjs <<'JS'
const { ROOT_CONTEXT, context, propagation } = require('@opentelemetry/api');
if (process.argv[2] === 'traced') {
  const { registerInstrumentations } = require('@opentelemetry/instrumentation');
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
  const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
  const { AWSXRayLambdaPropagator } = require('@opentelemetry/propagator-aws-xray-lambda');
  new NodeTracerProvider().register({ propagator: new AWSXRayLambdaPropagator() });
  registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
}
const http = require('http');
const { InvokeCommand, LambdaClient } = require('@aws-sdk/client-lambda');

const server = http.createServer((request, response) => {
  request.resume().on('end', () => {
    console.log(request.headers['x-amzn-trace-id']);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
});
server.listen(0, '127.0.0.1', async () => {
  const client = new LambdaClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  // What the instrumentation of a handler does with the variable.
  await context.with(propagation.extract(ROOT_CONTEXT, {}), () => client.send(new InvokeCommand({ FunctionName: 'f' })));
  process.exit();
});
JS

root=Root=1-5759e988-bd862e3fe1be46a994272793
parent=Parent=53995c3f42cd8ad8
call() {
  env -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_LAMBDA_FUNCTION_NAME=f _X_AMZN_TRACE_ID="$1" \
    timeout 60 node main.cjs "$2" 2>/dev/null
}
plain=$(call "$root;$parent;Sampled=1;Lineage=1:a87bd80c:0" plain)
traced=$(call "$root;$parent;Sampled=1;Lineage=1:a87bd80c:0" traced)
alone=$(call "$root" traced)
describe() {
  case $1 in
    "$root;$parent;"*Lineage=1:a87bd80c:0*) echo "same root, parent as given, lineage kept" ;;
    *Lineage*) echo "$1" ;;
    "$root;Parent="*) echo "same root, another parent, no lineage" ;;
    Root=1-*) echo "another root" ;;
    *) echo "no trace header" ;;
  esac
}
failed=0
expect() {
  echo "$1: $2"
  [[ $2 == "$3" ]] || failed=1
}
expect "without OpenTelemetry" "$(describe "$plain")" "same root, parent as given, lineage kept"
expect "with OpenTelemetry" "$(describe "$traced")" "same root, another parent, no lineage"
expect "with OpenTelemetry, \"Root=…\" alone" "$(describe "$alone")" "another root"
exit $failed
