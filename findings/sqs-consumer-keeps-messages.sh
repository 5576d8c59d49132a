#!/usr/bin/env bash
# sqs-consumer 15.0.3 with @aws-sdk/client-sqs 3.1175.0, Node.js 22 or newer (20 works with a warning).
#
# Guess: a message whose handler has ended well is deleted; one whose handler throws comes again. So it is with Lambda, so it was in this library's earlier versions, and the first example of its README has a handler that does
# its work and returns nothing.
# Behaviour: a message is deleted only if the handler returns it, or an object with its MessageId. Whoever returns nothing, true or a result of their own gets it again and again, without an error, an event or a line in the log,
# until the queue gives up. The README says so further down.
#   handler returns nothing: handled more than once, not deleted, no error
#   handler returns true: handled more than once, not deleted, no error
#   handler returns { statusCode: 200 }: handled more than once, not deleted, no error
#   handler returns the message: handled once, deleted, no error
#   handler returns nothing, alwaysAcknowledge: handled once, deleted, no error
# Why it matters: code that is moved from a function to a container, or brought up to date, does everything over and over, and all of it ends in the dead-letter queue as if it had failed. Return the message, or set
# alwaysAcknowledge, and have a test that looks whether the queue is empty.
#
# A queue of a few lines on loopback, whose message is visible again at once; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts sqs-consumer@15.0.3 @aws-sdk/client-sqs@3.1175.0 >&2

cat > main.mjs <<'JS'
import { SQSClient } from '@aws-sdk/client-sqs';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Consumer } from 'sqs-consumer';

let failed = 0;
let deleted;
const body = 'order';
const message = { MessageId: 'one', ReceiptHandle: 'handle', Body: body, MD5OfBody: createHash('md5').update(body).digest('hex') };
const server = http.createServer((request, response) => {
  const operation = request.headers['x-amz-target'].split('.')[1];
  if (operation.startsWith('DeleteMessage')) deleted = true;
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(operation === 'ReceiveMessage' && !deleted ? { Messages: [message] } : {}));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${server.address().port}`;
const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } });

async function expect(name, result, options, expected) {
  deleted = false;
  let handled = 0;
  let errors = 0;
  const consumer = Consumer.create({
    queueUrl: `${endpoint}/123456789012/orders`,
    sqs,
    waitTimeSeconds: 0,
    handleMessage: async (given) => {
      handled++;
      return result(given);
    },
    ...options,
  });
  for (const event of ['error', 'processing_error', 'timeout_error']) consumer.on(event, () => errors++);
  consumer.start();
  const end = Date.now() + 20_000;
  while (handled < 3 && !deleted && Date.now() < end) await wait(20);
  // Time for another receipt.
  await wait(500);
  consumer.stop({ abort: true });
  const said = `handled ${handled === 1 ? 'once' : 'more than once'}, ${deleted ? 'deleted' : 'not deleted'}, ${errors === 0 ? 'no error' : 'errors'}`;
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}

const again = 'handled more than once, not deleted, no error';
const done = 'handled once, deleted, no error';
await expect('handler returns nothing', () => {}, {}, again);
await expect('handler returns true', () => true, {}, again);
await expect('handler returns { statusCode: 200 }', () => ({ statusCode: 200 }), {}, again);
await expect('handler returns the message', (given) => given, {}, done);
await expect('handler returns nothing, alwaysAcknowledge', () => {}, { alwaysAcknowledge: true }, done);
process.exit(failed);
JS
timeout 150 node --no-warnings main.mjs 2>/dev/null
