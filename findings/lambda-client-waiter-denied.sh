#!/usr/bin/env bash
# @aws-sdk/client-lambda 3.1164.0 (AWS SDK for JavaScript v3, its waiters), Node.js 20 or newer.
#
# Guess: a waiter goes on while the function is on its way, and ends with the error when a request fails in a way that the waiter does not know: so Smithy, from whose models the clients are
# generated, defines waiters (no acceptor matches and an error came: failure).
# Behaviour: every error is a reason to ask again. Missing permissions, a function that was deleted or is misspelt, a server that breaks: it asks until maxWaitTime is over, and then throws a
# TimeoutError; what happened is counted in its message, as JSON. A warning about 403 is written after a minute.
#   waitUntilFunctionUpdatedV2, AccessDeniedException each time: TimeoutError after 5 s or more, asked more than once
#   waitUntilFunctionActiveV2, ResourceNotFoundException each time: TimeoutError after 5 s or more, asked more than once
#   waitUntilFunctionActiveV2, ServiceException each time, maxAttempts 1: TimeoutError after 5 s or more, asked more than once
#   GetFunction itself: AccessDeniedException after less than 5 s, asked once
#   waitUntilFunctionUpdatedV2, LastUpdateStatus Failed: Error after less than 5 s, asked once
# Why it matters: a deployment with a typo in the function's name takes the ten minutes of its maxWaitTime and reports that Lambda was slow. Call GetFunction once before, or look for a status of
# 4xx in the error's message.
#
# Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-sdk/client-lambda@3.1164.0 >&2

cat > main.mjs <<'JS'
import { GetFunctionCommand, LambdaClient, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import http from 'node:http';

let failed = 0;
let asked = 0;
let answer;
const server = http.createServer((request, response) => {
  asked++;
  const { status, error, body } = answer;
  response.writeHead(status, { 'content-type': 'application/json', ...(error ? { 'x-amzn-errortype': error } : {}) });
  response.end(JSON.stringify(body ?? { Message: error }));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = new LambdaClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});
const input = { FunctionName: 'orders' };
const waiter = { client, maxWaitTime: 6 };

async function expect(name, call, given, expected) {
  asked = 0;
  answer = given;
  const begin = Date.now();
  let said;
  try {
    await call();
    said = 'done';
  } catch (error) {
    said = error.name;
  }
  said += ` after ${Date.now() - begin < 5000 ? 'less than 5 s' : '5 s or more'}, asked ${asked === 1 ? 'once' : 'more than once'}`;
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}

const late = 'TimeoutError after 5 s or more, asked more than once';
const denied = { status: 403, error: 'AccessDeniedException' };
await expect('waitUntilFunctionUpdatedV2, AccessDeniedException each time', () => waitUntilFunctionUpdatedV2(waiter, input), denied, late);
await expect(
  'waitUntilFunctionActiveV2, ResourceNotFoundException each time', () => waitUntilFunctionActiveV2(waiter, input),
  { status: 404, error: 'ResourceNotFoundException' }, late,
);
await expect(
  'waitUntilFunctionActiveV2, ServiceException each time, maxAttempts 1', () => waitUntilFunctionActiveV2(waiter, input),
  { status: 500, error: 'ServiceException' }, late,
);
await expect(
  'GetFunction itself', () => client.send(new GetFunctionCommand(input)), denied,
  'AccessDeniedException after less than 5 s, asked once',
);
await expect(
  'waitUntilFunctionUpdatedV2, LastUpdateStatus Failed', () => waitUntilFunctionUpdatedV2(waiter, input),
  { status: 200, body: { Configuration: { LastUpdateStatus: 'Failed' } } }, 'Error after less than 5 s, asked once',
);
process.exit(failed);
JS
timeout 90 node --no-warnings main.mjs
