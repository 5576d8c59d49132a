#!/usr/bin/env bash
# @aws-lambda-powertools/batch 2.35.0, Node.js 20 or newer.
#
# Guess: a FIFO queue's groups have nothing to do with each other: with SqsFifoPartialProcessorAsync a message that always fails holds up its own group, and is the only one that ends in the
# dead-letter queue.
# Behaviour: as it is set, it ends the batch at the first failure and reports all the rest of it, of whatever group, as failed, without a call (so it is documented). The queue counts those receipts like
# any others. What keeps coming with the failing message is dead-lettered along with it, without having been handled once. With skipGroupOnError only its own group goes that way.
# A batch that begins with the failing message is a failed invocation.
#   by default: first receipt FullBatchFailureError; bad handled 3 times, dead; its group's next 0 times, dead; another group's two 0 times, dead
#   skipGroupOnError: first receipt 2 reported; bad handled 3 times, dead; its group's next 0 times, dead; another group's two 1 time, deleted
# Why it matters: one customer's broken order sends the orders of others to the dead-letter queue, where nothing tells them apart. Set skipGroupOnError, give maxReceiveCount room, and
# redrive with care: of what lies there most may be sound, and the group's later messages have been delivered since.
#
# The queue is a loop of a few lines that counts receipts, as SQS does with maxReceiveCount 3. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/batch@2.35.0 \
  @aws-lambda-powertools/commons@2.35.0 >&2

cat > main.mjs <<'JS'
import { SqsFifoPartialProcessorAsync, processPartialResponse } from '@aws-lambda-powertools/batch';

const MAX_RECEIVE_COUNT = 3;
let failed = 0;

async function run(name, options, expected) {
  const processor = new SqsFifoPartialProcessorAsync();
  const handled = { bad: 0, next: 0, one: 0, two: 0 };
  const fate = {};
  let queue = [['bad', 'A'], ['next', 'A'], ['one', 'B'], ['two', 'B']].map(([id, group]) => ({ id, group, receipts: 0 }));
  let first;
  while (queue.length > 0) {
    for (const message of queue) {
      if (message.receipts === MAX_RECEIVE_COUNT) fate[message.id] = 'dead';
    }
    queue = queue.filter(({ id }) => fate[id] === undefined);
    for (const message of queue) message.receipts++;
    if (queue.length === 0) break;
    const event = {
      Records: queue.map(({ id, group, receipts }) => ({
        messageId: id,
        body: id,
        eventSource: 'aws:sqs',
        attributes: { MessageGroupId: group, ApproximateReceiveCount: String(receipts) },
        messageAttributes: {},
      })),
    };
    const store = async ({ messageId }) => {
      handled[messageId]++;
      if (messageId === 'bad') throw new Error('no such customer');
    };
    let left;
    try {
      const { batchItemFailures } = await processPartialResponse(event, store, processor, options);
      left = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      first ??= `${left.length} reported`;
    } catch (error) {
      left = queue.map(({ id }) => id);
      first ??= error.name;
    }
    for (const { id } of queue) if (!left.includes(id)) fate[id] = 'deleted';
    queue = queue.filter(({ id }) => left.includes(id));
  }
  const times = (id) => `${handled[id]} ${handled[id] === 1 ? 'time' : 'times'}, ${fate[id]}`;
  const both = times('one') === times('two') ? times('one') : 'differ';
  const said = `first receipt ${first}; bad handled ${times('bad')}; its group's next ${times('next')}; another group's two ${both}`;
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}

await run(
  'by default', {},
  "first receipt FullBatchFailureError; bad handled 3 times, dead; its group's next 0 times, dead; another group's two 0 times, dead",
);
await run(
  'skipGroupOnError', { skipGroupOnError: true },
  "first receipt 2 reported; bad handled 3 times, dead; its group's next 0 times, dead; another group's two 1 time, deleted",
);
process.exit(failed);
JS
timeout 60 node main.mjs
