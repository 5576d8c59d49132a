#!/usr/bin/env bash
# @aws-sdk/client-sqs 3.1175.0 (AWS SDK for JavaScript v3), Node.js 20 or newer.
#
# Guess: AWS_ENDPOINT_URL_SQS says where SQS is, as the argument `endpoint` does, and every request goes there.
# Behaviour: with the argument it does. With AWS_ENDPOINT_URL_SQS or AWS_ENDPOINT_URL only requests without a QueueUrl go there; all others
# go to the host of the QueueUrl, on the first call and on later ones. Only the argument, or `useQueueUrlAsEndpoint: false`, prevents it. A warning
# in the log says that the two differ; the request is sent nevertheless.
#   argument endpoint: GetQueueUrl to the endpoint, SendMessage to the endpoint, SendMessage to the endpoint
#   AWS_ENDPOINT_URL_SQS: GetQueueUrl to the endpoint, SendMessage to the queue's host, SendMessage to the queue's host
#   AWS_ENDPOINT_URL: GetQueueUrl to the endpoint, SendMessage to the queue's host, SendMessage to the queue's host
# Why it matters: a function with the URL of a queue at AWS in its configuration, run where the environment points to a local SQS, sends its
# messages to the real queue. And a local SQS that names its queues by a host of its own, unknown where the function runs, cannot be reached.
#
# Two servers on loopback; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-sdk/client-sqs@3.1175.0 >&2

cat > main.mjs <<'JS'
import http from 'node:http';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const seen = [];
function serve(name) {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      seen.push(`${request.headers['x-amz-target'].split('.')[1]} to the ${name}`);
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end('{}');
    });
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)),
  );
}
const endpoint = await serve('endpoint');
const QueueUrl = (await serve("queue's host")) + '/000000000000/jobs';

Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

async function calls(name, configuration) {
  seen.length = 0;
  const client = new SQSClient({ ...configuration, md5: false, logger: silent });
  await client.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
  for (let i = 0; i < 2; i++) await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'job' }));
  const requests = seen.join(', ');
  console.log(`${name}: ${requests}`);
  return requests;
}
const byArgument = await calls('argument endpoint', { endpoint });
const byVariable = [];
for (const name of ['AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL']) {
  process.env[name] = endpoint;
  byVariable.push(await calls(name, {}));
  delete process.env[name];
}
const expected = "GetQueueUrl to the endpoint, SendMessage to the queue's host, SendMessage to the queue's host";
const same = byArgument === expected.replaceAll("queue's host", 'endpoint') && byVariable.every((requests) => requests === expected);
process.exit(same ? 0 : 1);
JS
env -u AWS_ENDPOINT_URL -u AWS_ENDPOINT_URL_SQS -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
  timeout 60 node main.mjs 2>/dev/null
