#!/usr/bin/env bash
# @aws-lambda-powertools/kafka 2.35.0 with protobufjs 8.8.1, Node.js 20 or newer.
#
# Guess: a Protocol Buffers record has numbers where its message has numbers, and its members are there, be they the default or not: record.value.stock reads 0.
# Behaviour: int64, uint64 and the like are objects of `long`, which protobufjs brings along, however small the number: they are equal to no number, and + joins texts. Members that have their default value are read
# from the prototype: a copy, a spread, Object.keys and JSON have not got them, nor has what is made of them.
#   count (int64) of 5, === 5: false
#   count + 1: 51
#   Number(count) + 1: 6
#   stock (int32) of 0: 0
#   { ...value }.stock: undefined
#   JSON.stringify(value): {"count":"5"}
#   schema.toObject(value, { longs: Number, defaults: true }): {"count":5,"stock":0}
# Why it matters: totals grow tenfold without an error, a switch falls through to its default, and an item written to a table lacks "stock" exactly when it is sold out. Convert once, by the message type:
# schema.toObject(value, { longs: Number, defaults: true }), or longs: String where ids are large.
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/kafka@2.35.0 \
  @aws-lambda-powertools/commons@2.35.0 protobufjs@8.8.1 >&2

cat > main.mjs <<'JS'
import { SchemaType, kafkaConsumer } from '@aws-lambda-powertools/kafka';
import protobuf from 'protobufjs';

let failed = 0;
function expect(name, said, expected) {
  console.log(`${name}: ${said}`);
  if (String(said) !== expected) failed = 1;
}
const schema = protobuf.parse('syntax = "proto3"; message Item { int64 count = 1; int32 stock = 2; }').root.lookupType('Item');
const value = Buffer.from(schema.encode(schema.fromObject({ count: 5, stock: 0 })).finish()).toString('base64');
const record = {
  topic: 'items', partition: 0, offset: 0, timestamp: 1793491200000, timestampType: 'CREATE_TIME', key: 'aw==', value, headers: [],
  keySchemaMetadata: {}, valueSchemaMetadata: {},
};
const event = {
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/00000000-0000-0000-0000-000000000000-1',
  bootstrapServers: 'b-1.example.com:9092',
  records: { 'items-0': [record] },
};
const handler = kafkaConsumer(async ({ records: [{ value: item }] }) => {
  expect('count (int64) of 5, === 5', item.count === 5, 'false');
  expect('count + 1', item.count + 1, '51');
  expect('Number(count) + 1', Number(item.count) + 1, '6');
  expect('stock (int32) of 0', item.stock, '0');
  expect('{ ...value }.stock', { ...item }.stock, 'undefined');
  expect('JSON.stringify(value)', JSON.stringify(item), '{"count":"5"}');
  const plain = JSON.stringify(schema.toObject(item, { longs: Number, defaults: true }));
  expect('schema.toObject(value, { longs: Number, defaults: true })', plain, '{"count":5,"stock":0}');
}, { value: { type: SchemaType.PROTOBUF, schema } });
await handler(event, {});
process.exit(failed);
JS
timeout 60 node main.mjs
