#!/usr/bin/env bash
# @aws-sdk/client-lambda 3.1164.0 (AWS SDK for JavaScript v3), Node.js 20 or newer.
#
# Guess: a client repeats an Invoke that failed before it got an answer, or that was answered with 429 or 5xx. After status 200 the function
# has run, and what then goes wrong with the answer's body is reported.
# Behaviour: an Invoke whose answer began with 200 and broke off in its body is sent again, twice: the function runs three times and the caller
# gets one error, which bears status 200 and a hint at deserialization, as if nothing had been tried again.
#   Invoke, answer cut after 200: 3 requests, status 200, "aborted"
#   Invoke, answer cut after 200, maxAttempts 1: 1 request, status 200, "aborted"
# Why it matters: a proxy or a server that is restarted while answers go out has the functions of this client's callers run twice or thrice,
# though each had already ended well. Whoever invokes what may not be done twice sets maxAttempts to 1.
#
# Loopback only; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-sdk/client-lambda@3.1164.0 >&2

cat > main.mjs <<'JS'
import http from 'node:http';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

let requests;
const server = http.createServer((request, response) => {
  requests++;
  request.resume().on('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 });
    // The client has seen the status before the end of the connection.
    response.write('"half of', () => setTimeout(() => request.socket.destroy(), 50));
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

async function invoke(name, configuration) {
  requests = 0;
  const client = new LambdaClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    ...configuration,
  });
  let failure;
  try {
    await client.send(new InvokeCommand({ FunctionName: 'f' }));
  } catch (e) {
    failure = e;
  }
  const status = failure?.$metadata?.httpStatusCode ?? 'none';
  const what = failure?.message.split('\n')[0] ?? 'no error';
  const line = `${requests} request${requests === 1 ? '' : 's'}, status ${status}, "${what}"`;
  console.log(`${name}: ${line}`);
  return line;
}
const lines = [
  await invoke('Invoke, answer cut after 200', {}),
  await invoke('Invoke, answer cut after 200, maxAttempts 1', { maxAttempts: 1 }),
];
const expected = ['3 requests, status 200, "aborted"', '1 request, status 200, "aborted"'];
process.exit(lines.every((line, i) => line === expected[i]) ? 0 : 1);
JS
env -u AWS_MAX_ATTEMPTS -u AWS_RETRY_MODE -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
  timeout 60 node main.mjs 2>/dev/null
