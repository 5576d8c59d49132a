#!/usr/bin/env bash
# @aws-sdk/client-lambda 3.1164.0 (AWS SDK for JavaScript v3, its handler over node:http), Node.js 20 or newer.
#
# Guess: with requestTimeout, of the client's requestHandler or of one call, an Invoke that takes longer fails, so that a function does not wait for another until it is
# killed itself.
# Behaviour: the client writes a warning, once, and waits on without an end. Of one call the option does not even bring the warning. With
# throwOnRequestTimeout the call fails, after it was sent three times: the function behind it runs three times at once, as with socketTimeout.
#   requestTimeout 500: answered, 1 request
#   requestTimeout 500 of the call: answered, 1 request
#   requestTimeout 500, throwOnRequestTimeout: TimeoutError, 3 requests
#   socketTimeout 500: TimeoutError, 3 requests
#   abortSignal after 500 ms: AbortError, 1 request
# Why it matters: whoever set the option counts on an error, and a function that waits is ended by its own time-out instead. Where it does throw, it multiplies the load
# on what is slow already. An abortSignal ends a call, which is not tried again.
#
# Loopback only; half a minute.
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
    setTimeout(() => response.writeHead(200, { 'Content-Type': 'application/json' }).end('"late"'), 3000);
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

let failed = 0;
async function expect(name, requestHandler, options, expected) {
  requests = 0;
  const client = new LambdaClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler,
  });
  const end = await client.send(new InvokeCommand({ FunctionName: 'f' }), options()).then(
    () => 'answered',
    (failure) => failure.name,
  );
  const said = `${end}, ${requests} request${requests === 1 ? '' : 's'}`;
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
const none = () => ({});
await expect('requestTimeout 500', { requestTimeout: 500 }, none, 'answered, 1 request');
await expect('requestTimeout 500 of the call', {}, () => ({ requestTimeout: 500 }), 'answered, 1 request');
const throwing = { requestTimeout: 500, throwOnRequestTimeout: true };
await expect('requestTimeout 500, throwOnRequestTimeout', throwing, none, 'TimeoutError, 3 requests');
await expect('socketTimeout 500', { socketTimeout: 500 }, none, 'TimeoutError, 3 requests');
const aborted = () => ({ abortSignal: AbortSignal.timeout(500) });
await expect('abortSignal after 500 ms', {}, aborted, 'AbortError, 1 request');
process.exit(failed);
JS
env -u AWS_MAX_ATTEMPTS -u AWS_RETRY_MODE -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
  timeout 60 node main.mjs 2>/dev/null
