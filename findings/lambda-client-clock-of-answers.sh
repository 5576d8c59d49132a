#!/usr/bin/env bash
# @aws-sdk/client-lambda 3.1164.0 with @aws-sdk/core 3.981.2 (AWS SDK for JavaScript v3), Node.js 20 or newer.
#
# Guess: requests are signed with the machine's time. Only when a service refuses one because of its time does the client take the service's clock in place of its own.
# Behaviour: with each answer, of status 200 too, the difference between its Date and the moment in which its body had come becomes the client's clock, by which the next request is signed: whatever lies between the two is taken
# for a fault of the clock. That is a body that comes long after its head, or a process that is frozen before it has read the answer.
#   head and body at once: next request signed now
#   head and body after 4 s: next request signed now
#   head at once, body after 4 s: next request signed 3 s ago or more
#   the same, AWS_DISABLE_CLOCK_SKEW_CORRECTION=true: next request signed now
#   client frozen for 4 s before it reads the answer: next request signed 3 s ago or more
#   Date of ten minutes ago, from a server that allows for five: next call answered, 2 requests
#   the same, maxAttempts 1: next call InvalidSignatureException, 1 request
# Why it matters: a server that sends the head of an Invoke's answer before the function has ended (to keep the connection open, or to stream) makes its clients late by the function's time; above five minutes it has to refuse the
# next call. A function that is frozen over an answer it does not wait for, and thawed minutes later, starts with a refused request, as does everybody behind a proxy whose one server has a wrong clock. Send Date with the body.
#
# Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-sdk/client-lambda@3.1164.0 @aws-sdk/core@3.981.2 >&2

cat > client.mjs <<'JS'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const [endpoint, maxAttempts] = process.argv.slice(2);
const client = new LambdaClient({
  endpoint, region: 'eu-west-1', maxAttempts: Number(maxAttempts), credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const call = (FunctionName) => client.send(new InvokeCommand({ FunctionName })).then(() => 'answered', (error) => error.name);
await call('first');
console.log(await call('next'));
JS
cat > main.mjs <<'JS'
import { execFile } from 'node:child_process';
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

let failed = 0;
async function run(name, answer, { maxAttempts = 3, env = {}, refuses = false }, report, expected) {
  let requests = 0;
  let behind;
  let child;
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url.includes('first')) return answer(response, child);
      requests++;
      const signed = request.headers['x-amz-date'].replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
      behind = (Date.now() - Date.parse(signed)) / 1000;
      if (refuses && behind > 300) {
        response.writeHead(403, { 'x-amzn-errortype': 'InvalidSignatureException' });
        return response.end('{"message":"Signature expired"}');
      }
      response.end('{}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = await new Promise((resolve) => {
    const endpoint = `http://127.0.0.1:${server.address().port}`;
    const options = { env: { ...process.env, ...env }, timeout: 30000 };
    child = execFile(process.execPath, ['client.mjs', endpoint, maxAttempts], options, (error, stdout) => resolve(error ? 'failed' : stdout.trim()));
  });
  server.close();
  server.closeAllConnections();
  const said = report(end, behind, requests);
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
const when = (end, behind) => `next request signed ${end !== 'answered' ? 'never' : behind < 2.5 ? 'now' : behind >= 3 ? '3 s ago or more' : 'between'}`;
const what = (end, behind, requests) => `next call ${end}, ${requests} request${requests === 1 ? '' : 's'}`;

const atOnce = (response) => response.end('{}');
const late = async (response) => {
  await wait(4000);
  response.end('{}');
};
const lateBody = async (response) => {
  response.flushHeaders();
  await wait(4000);
  response.end('{}');
};
const frozen = async (response, child) => {
  child.kill('SIGSTOP');
  await wait(200);
  response.end('{}');
  await wait(4000);
  child.kill('SIGCONT');
};
const old = (response) => {
  response.setHeader('Date', new Date(Date.now() - 600000).toUTCString());
  response.end('{}');
};
await run('head and body at once', atOnce, {}, when, 'next request signed now');
await run('head and body after 4 s', late, {}, when, 'next request signed now');
await run('head at once, body after 4 s', lateBody, {}, when, 'next request signed 3 s ago or more');
await run(
  'the same, AWS_DISABLE_CLOCK_SKEW_CORRECTION=true', lateBody, { env: { AWS_DISABLE_CLOCK_SKEW_CORRECTION: 'true' } }, when,
  'next request signed now',
);
await run('client frozen for 4 s before it reads the answer', frozen, {}, when, 'next request signed 3 s ago or more');
await run('Date of ten minutes ago, from a server that allows for five', old, { refuses: true }, what, 'next call answered, 2 requests');
await run('the same, maxAttempts 1', old, { refuses: true, maxAttempts: 1 }, what, 'next call InvalidSignatureException, 1 request');
process.exit(failed);
JS
env -u AWS_ENDPOINT_URL -u AWS_ENDPOINT_URL_LAMBDA -u AWS_PROFILE -u AWS_DISABLE_CLOCK_SKEW_CORRECTION AWS_CONFIG_FILE=/dev/null \
  AWS_SHARED_CREDENTIALS_FILE=/dev/null timeout 120 node main.mjs 2>/dev/null
