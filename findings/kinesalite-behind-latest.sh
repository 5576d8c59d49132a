#!/usr/bin/env bash
# kinesalite 3.3.3 with @aws-sdk/client-kinesis 3.1143.0, Node.js 20 or newer.
#
# Guess: GetRecords' MillisBehindLatest is 0 once a shard is read to its tip, and more before; a loop that reads until then has read everything.
# Behaviour: it is 0 as long as there is more to read, and above 0 only when nothing is left: at the end of a shard that was split, where it tells how long ago that was. The
# member is missing from no answer, so that nothing warns of it. Neither do ChildShards ever come, by which a reader of a closed shard learns where to go on, nor is
# ShardFilter looked at: ListShards gives closed shards to whoever asks for those that are open.
#   open shard, 5 of 30 records read: 5 records, behind 0
#   open shard, 10 of 30 records read, 1.2 s later: 5 records, behind 0
#   closed shard, its last records: 20 records, behind 0, goes on true, children none
#   closed shard, nothing left: 0 records, behind more than 0, goes on false, children none
#   ListShards, only those that are open: 3
# Why it matters: a reader, or its test, that stops at 0 stops after its first batch, and calls that the tip; a measure of lag shows none for a backlog and some for a shard that
# is done. Read until a batch is empty or NextShardIterator is absent, find children by ListShards' ParentShardId, and take lag from ApproximateArrivalTimestamp.
#
# Listens on a port of 127.0.0.1; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts kinesalite@3.3.3 @aws-sdk/client-kinesis@3.1143.0 >&2

cat > main.mjs <<'JS'
import kinesalite from 'kinesalite';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateStreamCommand, DescribeStreamSummaryCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand,
  PutRecordCommand, SplitShardCommand,
} from '@aws-sdk/client-kinesis';

const server = kinesalite({ createStreamMs: 20, updateStreamMs: 20 });
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = new KinesisClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'us-east-1',
  // The client speaks HTTP/2 unless told otherwise.
  requestHandler: new NodeHttpHandler(),
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});
const StreamName = 'orders';
const ShardId = 'shardId-000000000000';
let failed = 0;

function expect(what, said, expected) {
  console.log(`${what}: ${said}`);
  if (said !== expected) {
    console.log(`  expected: ${expected}`);
    failed = 1;
  }
}

async function active() {
  for (;;) {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    if (StreamDescriptionSummary.StreamStatus === 'ACTIVE') return;
    await wait(20);
  }
}

async function begin() {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
  return ShardIterator;
}

const read = (ShardIterator, Limit) => client.send(new GetRecordsCommand({ ShardIterator, Limit }));
const told = ({ Records, MillisBehindLatest }) =>
  `${Records.length} records, behind ${MillisBehindLatest > 0 ? 'more than 0' : MillisBehindLatest}`;
const end = ({ NextShardIterator, ChildShards }) =>
  `goes on ${NextShardIterator !== undefined}, children ${ChildShards?.length ?? 'none'}`;

await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
await active();
for (let i = 0; i < 30; i++) {
  await client.send(new PutRecordCommand({ StreamName, PartitionKey: `customer-${i}`, Data: Buffer.from(`order ${i}`) }));
}

const first = await read(await begin(), 5);
expect('open shard, 5 of 30 records read', told(first), '5 records, behind 0');
await wait(1200);
const second = await read(first.NextShardIterator, 5);
expect('open shard, 10 of 30 records read, 1.2 s later', told(second), '5 records, behind 0');

await client.send(new SplitShardCommand({ StreamName, ShardToSplit: ShardId, NewStartingHashKey: (2n ** 127n).toString() }));
await active();
const last = await read(second.NextShardIterator, 100);
expect('closed shard, its last records', `${told(last)}, ${end(last)}`, '20 records, behind 0, goes on true, children none');
let after = last;
for (let tries = 0; after.NextShardIterator !== undefined && tries < 50; tries++) {
  await wait(100);
  after = await read(after.NextShardIterator, 100);
}
expect('closed shard, nothing left', `${told(after)}, ${end(after)}`, '0 records, behind more than 0, goes on false, children none');

const { Shards } = await client.send(new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }));
expect('ListShards, only those that are open', String(Shards.length), '3');
process.exit(failed);
JS
timeout 60 node --no-warnings main.mjs
