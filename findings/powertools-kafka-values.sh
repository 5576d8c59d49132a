#!/usr/bin/env bash
# @aws-lambda-powertools/kafka 2.35.0, Node.js 20 or newer.
#
# Guess: kafkaConsumer hands over records whose values are decoded: record.value is an object, which one may add to and pass on, and what is no JSON is an error, as it is for Avro.
# Behaviour: value, key and headers are decoded anew each time they are read. What was set in them is gone by then, nothing is equal to itself, and every look costs the whole decoding, JSON.stringify of a record
# included. JSON that is broken or empty is a text, with a line in the log each time. A header without a value, which Kafka allows, makes reading all headers of the record an error.
#   record.value === record.value: false
#   record.value.total = 7; record.value.total: undefined
#   const { value } = record; value.total = 7; value.total: 7
#   value of {"total":: string
#   value of nothing: string
#   headers of { id: "5", note: null }: TypeError
# Why it matters: a middleware or a first step that puts something into a record has done nothing, and no error says so; `if (!record.value.id)` sends broken JSON the way of records without an id. Take each
# value once into a variable, look at its type, and read headers from originalHeaders.
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/kafka@2.35.0 \
  @aws-lambda-powertools/commons@2.35.0 >&2

cat > main.mjs <<'JS'
import { SchemaType, kafkaConsumer } from '@aws-lambda-powertools/kafka';

let failed = 0;
// The line for each piece of broken JSON.
console.error = () => {};
function expect(name, said, expected) {
  console.log(`${name}: ${said}`);
  if (String(said) !== expected) failed = 1;
}
const base64 = (text) => Buffer.from(text).toString('base64');
const records = [
  { value: base64('{"id":1}') },
  { value: base64('{"total":') },
  { value: '' },
  { value: base64('{"id":2}'), headers: [{ id: [53] }, { note: null }] },
].map((members, offset) => ({
  topic: 'orders', partition: 0, offset, timestamp: 1793491200000, timestampType: 'CREATE_TIME', key: base64('k'), headers: [], ...members,
}));
const event = {
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/00000000-0000-0000-0000-000000000000-1',
  bootstrapServers: 'b-1.example.com:9092',
  records: { 'orders-0': records },
};
const handler = kafkaConsumer(async ({ records: [first, broken, empty, headed] }) => {
  expect('record.value === record.value', first.value === first.value, 'false');
  first.value.total = 7;
  expect('record.value.total = 7; record.value.total', first.value.total, 'undefined');
  const { value } = first;
  value.total = 7;
  expect('const { value } = record; value.total = 7; value.total', value.total, '7');
  expect('value of {"total":', typeof broken.value, 'string');
  expect('value of nothing', typeof empty.value, 'string');
  let said;
  try {
    said = JSON.stringify(headed.headers);
  } catch (error) {
    said = error.name;
  }
  expect('headers of { id: "5", note: null }', said, 'TypeError');
}, { value: { type: SchemaType.JSON } });
await handler(event, {});
process.exit(failed);
JS
timeout 60 node main.mjs
