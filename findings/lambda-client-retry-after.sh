#!/usr/bin/env bash
# @aws-sdk/client-lambda 3.1164.0 (AWS SDK for JavaScript v3, its standard retries of 2026), Node.js 20 or newer.
#
# Guess: a client that is told to come back after 20 seconds (429, "Retry-After: 20") waits for 20 seconds, or gives the error to its caller.
# Behaviour: of that time it waits five seconds and its own back-off of up to a second or two, then asks again, and once more; then it gives up.
# Up to five seconds are kept as told.
#   Retry-After: 3: asked 3 times, each time 3 s later or more; TooManyRequestsException
#   Retry-After: 20: asked 3 times, each time between 5 and 8 s later; TooManyRequestsException
# Why it matters: a server that knows when it will have room again cannot keep this client away until then: each longer time costs it
# two requests for nothing, and the caller ten seconds before it learns that it was throttled. A time of up to five seconds works.
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

async function throttled(retryAfter) {
  const times = [];
  const server = http.createServer((request, response) => {
    times.push(performance.now());
    request.resume().on('end', () => {
      response.writeHead(429, {
        'Content-Type': 'application/json',
        'X-Amzn-Errortype': 'TooManyRequestsException',
        'Retry-After': retryAfter,
      });
      response.end('{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","message":"Rate Exceeded."}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new LambdaClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const end = await client.send(new InvokeCommand({ FunctionName: 'f' })).then(
    () => 'answered',
    (failure) => failure.name,
  );
  server.close();
  return { times, gaps: times.slice(1).map((time, i) => (time - times[i]) / 1000), end };
}

const short = await throttled('3');
const long = await throttled('20');
// A timer may end a little early.
const kept = short.gaps.every((gap) => gap > 2.95 && gap < 5);
const capped = long.gaps.every((gap) => gap > 4.95 && gap < 8);
const seconds = ({ gaps }) => gaps.map((gap) => `${gap.toFixed(1)} s`).join(', ') + ' later';
console.log(`Retry-After: 3: asked ${short.times.length} times, ${kept ? 'each time 3 s later or more' : seconds(short)}; ${short.end}`);
console.log(`Retry-After: 20: asked ${long.times.length} times, ${capped ? 'each time between 5 and 8 s later' : seconds(long)}; ${long.end}`);
const same = [short, long].every(({ times, end }) => times.length === 3 && end === 'TooManyRequestsException');
process.exit(same && kept && capped ? 0 : 1);
JS
env -u AWS_MAX_ATTEMPTS -u AWS_RETRY_MODE -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
  timeout 90 node main.mjs 2>/dev/null
