#!/usr/bin/env bash
# @aws-sdk/client-lambda 3.1164.0 (AWS SDK for JavaScript v3, its standard retries of 2026), Node.js 20 or newer.
#
# Guess: with three attempts for each call, a server that drops all its connections once, as when it is restarted, costs no call anything: each
# is sent again and answered.
# Behaviour: a client's calls share one allowance for retries, 500, of which each takes 14 (5 if it was throttled), and gets them back when it
# succeeds. That is 35 retries at a time. Whichever calls fail while it is used up fail with their first attempt, and nothing in the
# error tells why.
#   30 calls at once, all connections reset: 30 answered, 0 failed
#   50 calls at once, all connections reset: 35 answered, 15 failed after 1 attempt with ECONNRESET
# Why it matters: 50 calls at once are what one client makes by default (its agent's sockets), and a queue or a batch makes them. A restart that a
# quiet client rides out shows as errors under load, and a server's or a proxy's drain has to close connections one by one, when idle.
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

async function calls(count) {
  const held = [];
  let reset = false;
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      if (reset) {
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
        return;
      }
      held.push(request.socket);
      if (held.length === count) {
        reset = true;
        for (const socket of held) socket.resetAndDestroy();
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new LambdaClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const ends = await Promise.allSettled(
    Array.from({ length: count }, () => client.send(new InvokeCommand({ FunctionName: 'f' }))),
  );
  const failures = ends.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
  const kinds = [...new Set(failures.map(({ $metadata, code }) => ` after ${$metadata.attempts} attempt with ${code}`))];
  const line = `${count - failures.length} answered, ${failures.length} failed${kinds.join(',')}`;
  console.log(`${count} calls at once, all connections reset: ${line}`);
  server.close();
  server.closeAllConnections();
  return line;
}
const same = [
  (await calls(30)) === '30 answered, 0 failed',
  (await calls(50)) === '35 answered, 15 failed after 1 attempt with ECONNRESET',
];
process.exit(same.every(Boolean) ? 0 : 1);
JS
env -u AWS_MAX_ATTEMPTS -u AWS_RETRY_MODE -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
  timeout 60 node main.mjs 2>/dev/null
