#!/usr/bin/env bash
# @aws-sdk/client-lambda 3.1164.0 (AWS SDK for JavaScript v3), Node.js 20.15, 22.2 or newer.
#
# Guess: every stream of InvokeWithResponseStream ends with the event InvokeComplete; one that ends without it has lost something, and the
# client says so, as it does when the bytes end within an event.
# Behaviour: the client asks for no InvokeComplete. If the HTTP answer is whole, `for await` ends after the last event as it does after all of
# them, even with no event at all; nothing is sent again. InvokeComplete with an ErrorCode, a function that failed, throws nothing either.
#   all events: ended with "half and half", InvokeComplete
#   no InvokeComplete: ended with "half "
#   no event: ended with ""
#   InvokeComplete with ErrorCode: ended with "half ", InvokeComplete Unhandled
#   cut within an event: threw "Truncated event message received." after "half "
# Why it matters: a proxy that gives up on its upstream and ends its chunked answer in order makes half an answer out of a whole one, and no
# caller notices who adds up payload chunks alone. A server says "broken" by breaking the connection, a caller looks for InvokeComplete.
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
import { crc32 } from 'node:zlib';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';

// One event of AWS's event stream encoding: lengths, their checksum, headers of text (type 7), payload, checksum of all.
function event(type, payload) {
  const headers = Buffer.concat(
    Object.entries({ ':message-type': 'event', ':event-type': type }).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(value.length);
      return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
    }),
  );
  const message = Buffer.alloc(16 + headers.length + payload.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, 12);
  message.write(payload, 12 + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}

let events;
const server = http.createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/vnd.amazon.eventstream' });
    for (const piece of events) response.write(piece);
    response.end();
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = new LambdaClient({
  region: 'eu-west-1',
  endpoint: `http://127.0.0.1:${server.address().port}`,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});

let failed = 0;
async function expect(name, pieces, expected) {
  events = pieces;
  let text = '';
  let end = '';
  let line;
  try {
    const { EventStream } = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }));
    for await (const { PayloadChunk, InvokeComplete } of EventStream) {
      if (PayloadChunk) text += Buffer.from(PayloadChunk.Payload);
      if (InvokeComplete) end = ', InvokeComplete' + (InvokeComplete.ErrorCode ? ` ${InvokeComplete.ErrorCode}` : '');
    }
    line = `ended with "${text}"${end}`;
  } catch (e) {
    line = `threw "${e.message}" after "${text}"`;
  }
  console.log(`${name}: ${line}`);
  if (line !== expected) failed = 1;
}
const half = event('PayloadChunk', 'half ');
const rest = event('PayloadChunk', 'and half');
const complete = event('InvokeComplete', '{}');
await expect('all events', [half, rest, complete], 'ended with "half and half", InvokeComplete');
await expect('no InvokeComplete', [half], 'ended with "half "');
await expect('no event', [], 'ended with ""');
await expect(
  'InvokeComplete with ErrorCode',
  [half, event('InvokeComplete', '{"ErrorCode":"Unhandled","ErrorDetails":"it threw"}')],
  'ended with "half ", InvokeComplete Unhandled',
);
await expect('cut within an event', [half, rest.subarray(0, 40)], 'threw "Truncated event message received." after "half "');
process.exit(failed);
JS
env -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null timeout 60 node main.mjs 2>/dev/null
