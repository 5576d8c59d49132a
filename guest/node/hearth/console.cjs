'use strict';

// The console that functions see: each call becomes one record with time, request id and level.

const fs = require('fs');
const util = require('util');
const { CLIENT_4, inspect, toError } = require('./errors.cjs');

let asJson = false;

// In order; `bits` go into the type of a frame.
const LEVELS = [
  { name: 'TRACE', bits: 0b00100 },
  { name: 'DEBUG', bits: 0b01000 },
  { name: 'INFO', bits: 0b01100 },
  { name: 'WARN', bits: 0b10000 },
  { name: 'ERROR', bits: 0b10100 },
  { name: 'FATAL', bits: 0b11000 },
];

// Other code may read these by their symbols, as in AWS's runtime.
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');
const TENANT_ID = Symbol.for('aws.lambda.runtime.tenantId');
const NO_REQUEST = CLIENT_4 ? '-' : undefined;

function setInvocation(requestId, tenantId) {
  globalThis[REQUEST_ID] = requestId;
  globalThis[TENANT_ID] = tenantId;
}

function patch() {
  asJson = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const descriptor = process.env._LAMBDA_TELEMETRY_LOG_FD;
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;
  const write = descriptor === undefined ? writeLine : frameWriter(Number(descriptor));
  const format = asJson ? formatJson : formatText;
  const lowest = LEVELS.findIndex((level) => level.name === process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase());
  LEVELS.forEach((level, index) => {
    // The first value is there even if nobody gave one: it is undefined then, and shown so.
    const log = (message, ...values) => {
      const now = new Date();
      write(level, now, format(level, now, message, values));
    };
    console[level.name.toLowerCase()] = index < lowest && level.name !== 'FATAL' ? () => {} : log;
  });
  console.log = console.info;
}

// Logs what ended an invocation or the process.
function logError(title, thrown) {
  if (asJson) console.error(toError(thrown));
  else console.error(title, inspect(thrown));
}

function formatText(level, now, message, values) {
  const requestId = globalThis[REQUEST_ID] ?? NO_REQUEST;
  return `${now.toISOString()}\t${requestId}\t${level.name}\t${util.format(message, ...values)}`;
}

function formatJson(level, now, message, values) {
  const requestId = globalThis[REQUEST_ID] ?? NO_REQUEST;
  const record = { timestamp: now.toISOString(), level: level.name, requestId };
  const tenantId = globalThis[TENANT_ID];
  if (tenantId !== undefined) record.tenantId = tenantId;
  if (values.length === 0) {
    record.message = message;
    try {
      return JSON.stringify(record, errorReplacer);
    } catch {
      record.message = util.format(message);
      return JSON.stringify(record);
    }
  }
  record.message = util.format(message, ...values);
  // The fourth client does not look at the first value.
  const candidates = CLIENT_4 ? values : [message, ...values];
  const error = candidates.find((value) => value instanceof Error);
  if (error !== undefined) Object.assign(record, describeError(error));
  return JSON.stringify(record);
}

function errorReplacer(_key, value) {
  return value instanceof Error ? Object.assign(describeError(value), value) : value;
}

function describeError(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : error.stack,
  };
}

// On standard output a line is a record: its own line breaks become carriage returns.
function writeLine(_level, _now, text) {
  writeWhole(1, Buffer.from(text.replaceAll('\n', '\r') + '\n'));
}

// Writes each record whole to the file descriptor that the platform reads frames from: its type, the length of its
// text (4 bytes each), microseconds since 1970 (8 bytes) and the text, numbers big-endian.
function frameWriter(descriptor) {
  const type = asJson ? 0xa55a0002 : 0xa55a0003;
  const end = asJson ? '' : '\n';
  return (level, now, text) => {
    const length = Buffer.byteLength(text) + end.length;
    const frame = Buffer.allocUnsafe(16 + length);
    frame.writeUInt32BE((type | level.bits) >>> 0, 0);
    frame.writeUInt32BE(length, 4);
    frame.writeBigUInt64BE(BigInt(now.getTime()) * 1000n, 8);
    frame.write(text + end, 16);
    writeWhole(descriptor, frame);
  };
}

// Returns when all is written: what was logged must be in the pipe before the invocation's end is reported.
function writeWhole(descriptor, data) {
  let written = 0;
  while (written < data.length) {
    try {
      written += fs.writeSync(descriptor, data, written);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      // The pipe is full, and something has made it non-blocking: process.stdout does.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

module.exports = { logError, patch, setInvocation };
