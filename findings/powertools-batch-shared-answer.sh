#!/usr/bin/env bash
# @aws-lambda-powertools/batch 2.35.0, Node.js 20 or newer.
#
# Guess: processPartialResponse gives each invocation an answer of its own, { batchItemFailures: [] } where all went well, so that a handler may add messages that it found to have failed
# afterwards, as when the commit of what all of them wrote fails for one.
# Behaviour: an answer without failures is one and the same object for all invocations and all processors of the process. What is added to it is in every later answer
# that has no failures of its own.
#   first invocation, of a and b, b added to the answer: {"batchItemFailures":[{"itemIdentifier":"b"}]}
#   next invocation, of c and d, all done: {"batchItemFailures":[{"itemIdentifier":"b"}]}
#   another processor, of e and f, all done: {"batchItemFailures":[{"itemIdentifier":"b"}]}
#   an invocation in which h fails: {"batchItemFailures":[{"itemIdentifier":"h"}]}
#   the one after that, of i and j, all done: {"batchItemFailures":[{"itemIdentifier":"b"}]}
# Why it matters: an identifier that is not in the batch has Lambda take the whole batch for failed. From the first such message on, one environment's batches are all delivered again, until they
# are in the dead-letter queue, though every message was done; the others' are not, and a new environment heals it. Make a new object out of the answer: { batchItemFailures: [...answer.batchItemFailures, more] }.
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/batch@2.35.0 \
  @aws-lambda-powertools/commons@2.35.0 >&2

cat > main.mjs <<'JS'
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';

let failed = 0;
const batch = (...ids) => ({
  Records: ids.map((messageId) => ({ messageId, body: messageId, eventSource: 'aws:sqs', attributes: {}, messageAttributes: {} })),
});
const done = async () => {};
function expect(name, answer, expected) {
  const said = JSON.stringify(answer);
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
const b = '{"batchItemFailures":[{"itemIdentifier":"b"}]}';
const processor = new BatchProcessor(EventType.SQS);
const first = await processPartialResponse(batch('a', 'b'), done, processor);
first.batchItemFailures.push({ itemIdentifier: 'b' });
expect('first invocation, of a and b, b added to the answer', first, b);
expect('next invocation, of c and d, all done', await processPartialResponse(batch('c', 'd'), done, processor), b);
const other = new BatchProcessor(EventType.SQS);
expect('another processor, of e and f, all done', await processPartialResponse(batch('e', 'f'), done, other), b);
const one = async ({ messageId }) => {
  if (messageId === 'h') throw new Error('no stock');
};
expect(
  'an invocation in which h fails',
  await processPartialResponse(batch('g', 'h'), one, processor),
  '{"batchItemFailures":[{"itemIdentifier":"h"}]}',
);
expect('the one after that, of i and j, all done', await processPartialResponse(batch('i', 'j'), done, processor), b);
process.exit(failed);
JS
timeout 60 node main.mjs
