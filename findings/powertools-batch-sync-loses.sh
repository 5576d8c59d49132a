#!/usr/bin/env bash
# @aws-lambda-powertools/batch 2.35.0 with typescript 5.9.3, Node.js 20 or newer.
#
# Guess: a function for single records that is async is refused by processPartialResponseSync and its processors, among them SqsFifoPartialProcessor, the one whose name FIFO queues ask
# for, or at least by their types. If it is taken, its failures are the batch's.
# Behaviour: types allow it, and every record counts as done as soon as the function has returned its promise. All records of a group are under way at once. What rejects is an
# unhandled rejection, which ends the process if it comes before the answer went out, and is nobody's otherwise.
#   tsc --strict: nothing wrong
#   SqsFifoPartialProcessor, all records fail: {"batchItemFailures":[]}, 3 of 3 begun before the first one ended, 3 unhandled rejections
#   SqsFifoPartialProcessorAsync, all records fail: FullBatchFailureError, 1 of 3 begun before the first one ended, 0 unhandled rejections
# Why it matters: Lambda is told that all was well and deletes the messages of a FIFO queue, whose records were in no order either, before any of them was done. An environment that is frozen after the
# answer does the rest of the work with the next event, or never. Take the processors with Async in their names, and await processPartialResponse.
#
# Nothing listens; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/batch@2.35.0 \
  @aws-lambda-powertools/commons@2.35.0 @types/aws-lambda@8.10.164 @types/node@20.19.0 typescript@5.9.3 >&2

cat > typed.mts <<'TS'
import { SqsFifoPartialProcessor, processPartialResponseSync } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

const processor = new SqsFifoPartialProcessor();
async function store(record: SQSRecord): Promise<void> {
  await Promise.reject(new Error(`no stock: ${record.messageId}`));
}
export const handler = async (event: SQSEvent): Promise<SQSBatchResponse> => processPartialResponseSync(event, store, processor);
TS
failed=0
if timeout 120 npx tsc --strict --noEmit --skipLibCheck --module nodenext --moduleResolution nodenext --target es2022 --types node typed.mts; then
  echo 'tsc --strict: nothing wrong'
else
  echo 'tsc --strict: refused'
  failed=1
fi

cat > main.mjs <<'JS'
import {
  SqsFifoPartialProcessor, SqsFifoPartialProcessorAsync, processPartialResponse, processPartialResponseSync,
} from '@aws-lambda-powertools/batch';
import { setTimeout as wait } from 'node:timers/promises';

let failed = 0;
let rejections = 0;
process.on('unhandledRejection', () => rejections++);
const event = {
  Records: ['a', 'b', 'c'].map((messageId) => ({
    messageId, body: messageId, eventSource: 'aws:sqs', attributes: { MessageGroupId: 'orders' }, messageAttributes: {},
  })),
};

async function run(name, processRecords, processor, expected) {
  let begun = 0;
  let together;
  rejections = 0;
  const store = async () => {
    begun++;
    await wait(50);
    together ??= begun;
    throw new Error('no stock');
  };
  let answer;
  try {
    answer = JSON.stringify(await processRecords(event, store, processor));
  } catch (error) {
    answer = error.name;
  }
  await wait(300);
  const said = `${answer}, ${together} of 3 begun before the first one ended, ${rejections} unhandled rejections`;
  console.log(`${name}, all records fail: ${said}`);
  if (said !== expected) failed = 1;
}

await run(
  'SqsFifoPartialProcessor', processPartialResponseSync, new SqsFifoPartialProcessor(),
  '{"batchItemFailures":[]}, 3 of 3 begun before the first one ended, 3 unhandled rejections',
);
await run(
  'SqsFifoPartialProcessorAsync', processPartialResponse, new SqsFifoPartialProcessorAsync(),
  'FullBatchFailureError, 1 of 3 begun before the first one ended, 0 unhandled rejections',
);
process.exit(failed);
JS
timeout 60 node main.mjs || failed=1
exit $failed
