#!/usr/bin/env bash
# @middy/event-normalizer 6.4.5 with @middy/core 6.4.5, Node.js 20 or newer.
#
# Guess: the middleware spares a handler the decoding of base64 in events of CloudWatch Logs, Kinesis, Firehose, Kafka and ActiveMQ: JSON comes as an
# object, logs too, which are compressed, and all else as it was sent, or left in base64.
# Behaviour: all else becomes a text, whatever it is, and nothing is inflated. Bytes that are no UTF-8 are replaced by U+FFFD in the event itself, which is
# changed in place: what was sent cannot be had any more. Of CloudWatch's logs, gzip always, nothing is left in any event.
#   logs of awslogs: text, bytes replaced
#   logs over Kinesis: text, bytes replaced
#   Protocol Buffers over Kafka: text 08efbfbd01
#   as sent: 089601
#   JSON over Kinesis: object
# Why it matters: the handler gets no error, only a text that cannot be inflated; one that skips what it does not understand reports success, and the records
# are gone. Of other binary formats short messages of small numbers survive by chance, so that tests pass. Where records are not all JSON, do without the
# middleware and decode `data` oneself.
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @middy/core@6.4.5 @middy/event-normalizer@6.4.5 >&2

cat > main.mjs <<'JS'
import { gzipSync } from 'node:zlib';
import middy from '@middy/core';
import eventNormalizer from '@middy/event-normalizer';

const handler = middy(async (event) => event).use(eventNormalizer());
const call = (event) => handler(event, { awsRequestId: 'one', getRemainingTimeInMillis: () => 3000 });
const kinesis = async (data) => {
  const record = {
    eventSource: 'aws:kinesis',
    eventID: 'shardId-000000000000:1',
    eventName: 'aws:kinesis:record',
    kinesis: { partitionKey: 'p', sequenceNumber: '1', data: data.toString('base64'), approximateArrivalTimestamp: 1793491200 },
  };
  return (await call({ Records: [record] })).Records[0].kinesis.data;
};
const kafka = async (value) => {
  const record = { topic: 't', partition: 0, offset: 1, timestamp: 1793491200000, timestampType: 'CREATE_TIME', value: value.toString('base64') };
  const event = { eventSource: 'aws:kafka', eventSourceArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c', records: { 't-0': [record] } };
  return (await call(event)).records['t-0'][0].value;
};
const hex = (text) => Buffer.from(text).toString('hex');

const logs = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents: [] }));
const kind = (data) => (typeof data === 'string' ? `text${data.includes('\ufffd') ? ', bytes replaced' : ''}` : typeof data);
const { awslogs } = await call({ awslogs: { data: logs.toString('base64') } });
console.log(`logs of awslogs: ${kind(awslogs.data)}`);
const compressed = await kinesis(logs);
console.log(`logs over Kinesis: ${kind(compressed)}`);
// A message with the number 150 as its first field.
const message = Buffer.from('089601', 'hex');
const value = await kafka(message);
console.log(`Protocol Buffers over Kafka: ${typeof value === 'string' ? `text ${hex(value)}` : typeof value}`);
console.log(`as sent: ${message.toString('hex')}`);
const json = await kinesis(Buffer.from('{"n":1}'));
console.log(`JSON over Kinesis: ${typeof json}`);
const broken = [awslogs.data, compressed].every((data) => kind(data) === 'text, bytes replaced');
process.exit(broken && hex(value) === '08efbfbd01' && json.n === 1 ? 0 : 1);
JS
timeout 60 node main.mjs
