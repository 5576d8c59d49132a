'use strict';

// The Runtime API's client: one kept-alive connection, and no more of HTTP than that API uses.
//
// It reads and writes synchronously, which costs a third less than going through the event loop, and a process that waits
// for its next invocation is frozen anyway.

const fs = require('fs');

const API = '/2018-06-01/runtime/';
const HOST = `Host: runtime\r\nUser-Agent: hearth-node/${process.versions.node}\r\n`;
const NEXT = `GET ${API}invocation/next HTTP/1.1\r\n${HOST}\r\n`;
// What the answer to a report nearly always is, byte for byte, so that it need not be parsed.
const ACCEPTED =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n';
const RECEIVE_BUFFER = 64 * 1024;
const LARGEST_HEAD = 1024 * 1024;
const ATTEMPTS = 3;

// A report says how an invocation, or the function's initialisation, has ended.
function response(requestId, body) {
  return post(`invocation/${requestId}/response`, body, '');
}

// The head of a response that follows in chunks.
function streamedResponseHead(requestId, contentType) {
  return (
    `POST ${API}invocation/${requestId}/response HTTP/1.1\r\n${HOST}Connection: close\r\n` +
    `Content-Type: ${contentType}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n` +
    'Transfer-Encoding: chunked\r\n' +
    'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n'
  );
}

function error(requestId, body, type) {
  return post(`invocation/${requestId}/error`, body, typeHeader(type));
}

function initError(body, type) {
  return post('init/error', body, typeHeader(type));
}

function typeHeader(type) {
  return /^Runtime\.[A-Z][a-zA-Z]+$/.test(type) ? `Lambda-Runtime-Function-Error-Type: ${type}\r\n` : '';
}

function post(path, body, headers) {
  const length = Buffer.byteLength(body);
  return (
    `POST ${API}${path} HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}` +
    `Content-Length: ${length}\r\n\r\n${body}`
  );
}

// The connection to the Runtime API: the channel that the process was born with, or a socket to `host:port` or to
// `unix:/path`.
//
// If it breaks, the unanswered part is sent again on a new one: the API gives an invocation that was not reported a
// second time, and refuses a report that it already has.
class RuntimeApi {
  #where;
  #connection = null;
  #failures = 0;

  // What was sent and is not yet answered.
  #report = '';
  #asks = false;

  // `channel` is the number of its descriptor, or undefined.
  constructor(address, channel) {
    const unix = /^unix:(.*)$/.exec(address);
    const tcp = /^\[?(.*?)\]?:(\d+)$/.exec(address);
    this.#where = unix ? { path: unix[1] } : { host: tcp[1], port: Number(tcp[2]), noDelay: true };
    if (channel !== undefined) this.#connection = new Connection(Number(channel), () => {});
  }

  get connected() {
    return this.#connection !== null;
  }

  // Begins a response that is sent piece by piece; `onBroken` is called if it cannot be sent whole.
  openResponse(requestId, contentType, onBroken) {
    const { StreamedResponse } = require('./streamed-response.cjs');
    const socket = require('net').connect(this.#where);
    return new StreamedResponse(socket, streamedResponseHead(requestId, contentType), onBroken);
  }

  // Calls back when there is a connection, and what is unanswered has been sent on it.
  connect(connected) {
    const socket = require('net').connect(this.#where);
    socket.pause(); // it is read below, and not by the event loop
    const failed = (failure) => {
      this.#broken(failure);
      this.connect(connected);
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed).on('error', () => {});
      socket.unref();
      socket._handle.setBlocking(true);
      this.#connection = new Connection(socket._handle.fd, () => socket.destroy());
      this.#send(this.#asks ? this.#report + NEXT : this.#report);
      connected();
    });
  }

  // Sends a report that a request for the next invocation will follow.
  sendReport(report) {
    this.#report = report;
    this.#send(report);
  }

  // Sends a report, or none if it is empty, and asks for the next invocation, both in one write.
  askNext(report) {
    if (report !== '') this.#report = report;
    this.#asks = true;
    this.#send(report + NEXT);
  }

  // Waits for the invocation that was asked for; null if the connection broke.
  receive() {
    if (!this.connected) return null;
    const answer = this.#attempt(() => {
      this.#awaitAcknowledgement();
      return this.#connection.readAnswer();
    });
    if (answer === null) return null;
    if (answer.status !== 200) {
      process.stderr.write(`The Runtime API answered ${answer.status} to next: ${answer.body}\n`);
      process.exit(1);
    }
    this.#asks = false;
    this.#failures = 0;
    return answer;
  }

  // Sends a report that nothing follows, or none if it is empty, and calls back when all reports have arrived.
  report(report, onReported) {
    if (report !== '') this.#report = report;
    this.#asks = false;
    this.#send(report);
    this.#finish(onReported);
  }

  #finish(onReported) {
    if (this.#report === '') onReported();
    else if (this.connected && this.#attempt(() => this.#awaitAcknowledgement()) !== null) onReported();
    else this.connect(() => this.#finish(onReported));
  }

  #send(text) {
    if (this.connected && text !== '') this.#attempt(() => this.#connection.write(text));
  }

  #awaitAcknowledgement() {
    if (this.#report === '') return;
    const { status, body } = this.#connection.readAcknowledgement();
    this.#report = '';
    // 413: too large a response. The caller has been told, and life goes on.
    if (status !== 202 && status !== 413) {
      process.stderr.write(`The Runtime API answered ${status} to a response: ${body}\n`);
    }
  }

  #attempt(exchange) {
    try {
      return exchange();
    } catch (failure) {
      this.#broken(failure);
      return null;
    }
  }

  #broken(failure) {
    this.#connection?.close();
    this.#connection = null;
    if (++this.#failures === ATTEMPTS) {
      process.stderr.write(`The Runtime API could not be reached: ${failure.message}\n`);
      process.exit(1);
    }
  }
}

// Writes requests to a descriptor and reads their answers; throws when it breaks.
class Connection {
  #descriptor;
  #close;
  #buffer = Buffer.allocUnsafe(RECEIVE_BUFFER);
  // Between these lies what was received and is not yet understood.
  #at = 0;
  #end = 0;

  constructor(descriptor, close) {
    this.#descriptor = descriptor;
    this.#close = close;
  }

  close() {
    this.#close();
  }

  write(text) {
    const length = Buffer.byteLength(text);
    let written = fs.writeSync(this.#descriptor, text);
    if (written === length) return;
    const bytes = Buffer.from(text);
    while (written < length) written += fs.writeSync(this.#descriptor, bytes, written);
  }

  // Reads the answer to a report.
  readAcknowledgement() {
    if (this.#at === this.#end) this.#receive();
    const end = this.#at + ACCEPTED.length;
    if (end <= this.#end && this.#buffer.latin1Slice(this.#at, end) === ACCEPTED) {
      this.#at = end;
      return { status: 202, body: '' };
    }
    return this.readAnswer();
  }

  // Reads one answer. Informational ones (1xx) are passed over.
  readAnswer() {
    for (;;) {
      const head = this.#readHead();
      const status = Number(head.slice(9, 12));
      if (status < 200) continue;
      const headers = parseHeaders(head);
      const chunked = headers['transfer-encoding']?.toLowerCase() === 'chunked';
      const body = chunked ? this.#readChunks() : this.#readBytes(Number(headers['content-length'] ?? 0));
      return { status, headers, body };
    }
  }

  #readHead() {
    for (let searched = 0; ; ) {
      const text = this.#buffer.latin1Slice(this.#at, this.#end);
      const end = text.indexOf('\r\n\r\n', searched);
      if (end >= 0) {
        this.#at += end + 4;
        return text.slice(0, end);
      }
      if (text.length > LARGEST_HEAD) throw new Error('The Runtime API sent too large headers');
      searched = Math.max(0, text.length - 3);
      this.#receive();
    }
  }

  #readBytes(length) {
    const start = this.#at;
    if (length <= this.#end - start) {
      this.#at += length;
      return this.#buffer.utf8Slice(start, this.#at);
    }
    const bytes = Buffer.allocUnsafe(length);
    let filled = this.#buffer.copy(bytes, 0, start, this.#end);
    this.#at = this.#end;
    while (filled < length) filled += this.#read(bytes, filled);
    return bytes.utf8Slice();
  }

  #readChunks() {
    const chunks = [];
    for (;;) {
      const size = Number.parseInt(this.#readLine(), 16);
      if (size === 0) break;
      chunks.push(this.#readChunk(size));
      this.#readLine();
    }
    while (this.#readLine() !== '') {
      // a trailer
    }
    return Buffer.concat(chunks).utf8Slice();
  }

  #readChunk(size) {
    const chunk = Buffer.allocUnsafe(size);
    let filled = this.#buffer.copy(chunk, 0, this.#at, Math.min(this.#end, this.#at + size));
    this.#at += filled;
    while (filled < size) filled += this.#read(chunk, filled);
    return chunk;
  }

  #readLine() {
    for (;;) {
      const text = this.#buffer.latin1Slice(this.#at, this.#end);
      const end = text.indexOf('\r\n');
      if (end >= 0) {
        this.#at += end + 2;
        return text.slice(0, end);
      }
      this.#receive();
    }
  }

  #receive() {
    if (this.#at === this.#end) {
      this.#at = this.#end = 0;
    } else if (this.#end === this.#buffer.length) {
      const moved = Buffer.allocUnsafe(Math.max(RECEIVE_BUFFER, 2 * (this.#end - this.#at)));
      this.#end = this.#buffer.copy(moved, 0, this.#at, this.#end);
      this.#at = 0;
      this.#buffer = moved;
    }
    this.#end += this.#read(this.#buffer, this.#end);
  }

  #read(into, at) {
    const length = fs.readSync(this.#descriptor, into, at, into.length - at, null);
    if (length === 0) throw new Error('The Runtime API closed the connection');
    return length;
  }
}

function parseHeaders(head) {
  const headers = {};
  let at = head.indexOf('\r\n') + 2;
  while (at > 1 && at < head.length) {
    let end = head.indexOf('\r\n', at);
    if (end < 0) end = head.length;
    const colon = head.indexOf(':', at);
    headers[head.slice(at, colon).toLowerCase()] = head.slice(colon + 1, end).trim();
    at = end + 2;
  }
  return headers;
}

module.exports = { RuntimeApi, error, initError, response };
