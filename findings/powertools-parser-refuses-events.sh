#!/usr/bin/env bash
# @aws-lambda-powertools/parser 2.35.0 with zod 4.6.7, Node.js 20 or newer.
#
# Guess: its built-in schemas take every event that AWS sends; what they refuse is broken.
# Behaviour: they refuse records that are rare and right: a Kafka record without a value (a deletion in a compacted topic), an object that was put into S3 over IPv6, a
# number of DynamoDB with a fraction beyond 2^53. A header of Kafka with a byte above 127, which comes as a negative number, is not refused but throws, from
# safeParse as well. One such record has the whole event refused.
#   Kafka: accepted
#   Kafka, no value: refused at records.t-0.0.value
#   Kafka, value null: refused at records.t-0.0.value
#   Kafka, header with a byte above 127: throws RangeError
#   S3: accepted
#   S3, put over IPv6: refused at Records.0.requestParameters.sourceIPAddress
#   DynamoDB: accepted
#   DynamoDB, 9007199254740993: accepted
#   DynamoDB, 9007199254740993.5: refused at Records.0.dynamodb.NewImage
# Why it matters: the schema runs before the function's own code, so that neither partial batch responses nor a try around safeParse help: a stream's shard or a partition
# stands until the record has expired, an asynchronous event is lost. Extend the schema for those members, or parse record by record.
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/parser@2.35.0 \
  @aws-lambda-powertools/commons@2.35.0 zod@4.6.7 >&2

cat > main.mjs <<'JS'
import { DynamoDBStreamSchema, KafkaMskEventSchema, S3Schema } from '@aws-lambda-powertools/parser/schemas';

let failed = 0;
function expect(name, schema, event, expected) {
  let said;
  try {
    const { success, error } = schema.safeParse(event);
    said = success ? 'accepted' : `refused at ${error.issues[0].path.join('.')}`;
  } catch (error) {
    said = `throws ${error.name}`;
  }
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
const kafka = (members) => ({
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/00000000-0000-0000-0000-000000000000-1',
  bootstrapServers: 'b-1.example.com:9092',
  records: {
    't-0': [
      {
        topic: 't',
        partition: 0,
        offset: 15,
        timestamp: 1793491200000,
        timestampType: 'CREATE_TIME',
        key: 'aw==',
        value: 'e30=',
        headers: [{ origin: [101, 117] }],
        ...members,
      },
    ],
  },
});
const s3 = (sourceIPAddress) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: '2026-11-01T00:00:00.123Z',
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'P' },
      requestParameters: { sourceIPAddress },
      responseElements: { 'x-amz-request-id': 'R', 'x-amz-id-2': 'I' },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'c',
        bucket: { name: 'b', ownerIdentity: { principalId: 'P' }, arn: 'arn:aws:s3:::b' },
        object: { key: 'k', size: 3, eTag: '0', sequencer: '0' },
      },
    },
  ],
});
const dynamo = (N) => ({
  Records: [
    {
      eventID: 'one',
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-11-01T00:00:00.000',
      dynamodb: {
        ApproximateCreationDateTime: 1793491200,
        Keys: { id: { S: 'a' } },
        NewImage: { id: { S: 'a' }, amount: { N } },
        SequenceNumber: '1',
        SizeBytes: 26,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    },
  ],
});
expect('Kafka', KafkaMskEventSchema, kafka({}), 'accepted');
expect('Kafka, no value', KafkaMskEventSchema, kafka({ value: undefined }), 'refused at records.t-0.0.value');
expect('Kafka, value null', KafkaMskEventSchema, kafka({ value: null }), 'refused at records.t-0.0.value');
expect('Kafka, header with a byte above 127', KafkaMskEventSchema, kafka({ headers: [{ city: [90, -61, -68] }] }), 'throws RangeError');
expect('S3', S3Schema, s3('192.0.2.1'), 'accepted');
expect('S3, put over IPv6', S3Schema, s3('2001:db8::1'), 'refused at Records.0.requestParameters.sourceIPAddress');
expect('DynamoDB', DynamoDBStreamSchema, dynamo('1.5'), 'accepted');
expect('DynamoDB, 9007199254740993', DynamoDBStreamSchema, dynamo('9007199254740993'), 'accepted');
expect('DynamoDB, 9007199254740993.5', DynamoDBStreamSchema, dynamo('9007199254740993.5'), 'refused at Records.0.dynamodb.NewImage');
process.exit(failed);
JS
timeout 60 node main.mjs
