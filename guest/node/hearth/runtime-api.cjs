'use strict';

// The Runtime API's client: one kept-alive connection, and no more of HTTP than that API uses.

const net = require('net');

const API = '/2018-06-01/runtime/';
const HOST = `Host: runtime\r\nUser-Agent: hearth-node/${process.versions.node}\r\n`;
const NEXT = `GET ${API}invocation/next HTTP/1.1\r\n${HOST}\r\n`;
const RECEIVE_BUFFER = 64 * 1024;
const LARGEST_HEAD = 1024 * 1024;
const ATTEMPTS = 3;

// A report says how an invocation, or the function's initialisation, has ended.
function response(requestId, body) {
  return post(`invocation/${requestId}/response`, body, '');
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

// The connection to the Runtime API at `host:port`, or at `unix:/path`.
//
// It begins on the channel, where the process was born with one. If it breaks, the unanswered part is sent again on a new one: the API gives an invocation that was not reported a
// second time, and refuses a report that it already has.
class RuntimeApi {
  #where;
  #channel;
  #socket = null;
  #buffer = Buffer.allocUnsafe(RECEIVE_BUFFER);
  #attempts = 0;

  // What was sent and is not yet answered.
  #report = '';
  #onReported = null;
  #onInvocation = null;

  // What was received and is not yet understood: the beginning of an answer, or the headers and a part of its body.
  #rest = null;
  #answer = null;
  #body = null;
  #filled = 0;

  // The last answer to a report, byte for byte: the next one is most likely the same and need not be parsed.
  #usualAcknowledgement = null;

  // `channel` is the number of the descriptor, or undefined.
  constructor(address, channel) {
    this.#channel = channel;
    const unix = /^unix:(.*)$/.exec(address);
    const tcp = /^\[?(.*?)\]?:(\d+)$/.exec(address);
    this.#where = unix ? { path: unix[1] } : { host: tcp[1], port: Number(tcp[2]), noDelay: true };
  }

  // Sends a report (at first an empty one) and asks for the next invocation, both in one write.
  next(report, onInvocation) {
    this.#report = report;
    this.#onInvocation = onInvocation;
    this.#send(report + NEXT);
  }

  // Sends a report that nothing follows.
  report(report, onReported) {
    this.#report = report;
    this.#onReported = onReported;
    this.#send(report);
  }

  // While the function runs, only what it waits for itself shall keep the process going.
  hold(keepsProcessGoing) {
    if (keepsProcessGoing) this.#socket?.ref();
    else this.#socket?.unref();
  }

  #send(text) {
    this.#socket ??= this.#connect();
    this.#socket.write(text);
  }

  #connect() {
    const onread = { buffer: this.#buffer, callback: (length) => this.#received(length) };
    const socket = this.#channel === undefined ? net.connect({ ...this.#where, onread }) : this.#adopt(onread);
    let failure = new Error('The Runtime API closed the connection');
    socket.on('error', (cause) => (failure = cause));
    socket.on('close', () => this.#disconnected(failure));
    return socket;
  }

  #adopt(onread) {
    const socket = new net.Socket({ fd: Number(this.#channel), readable: true, writable: true, onread });
    this.#channel = undefined;
    return socket;
  }

  #disconnected(failure) {
    this.#socket = null;
    this.#rest = this.#answer = this.#body = null;
    if (this.#report === '' && this.#onInvocation === null) return;
    if (++this.#attempts === ATTEMPTS) {
      process.stderr.write(`The Runtime API could not be reached: ${failure.message}\n`);
      process.exit(1);
    }
    this.#send(this.#report + (this.#onInvocation === null ? '' : NEXT));
  }

  #received(length) {
    if (this.#body !== null) {
      this.#fillBody(this.#buffer.subarray(0, length));
    } else if (this.#rest !== null) {
      this.#parse(Buffer.concat([this.#rest, this.#buffer.subarray(0, length)]));
    } else {
      this.#parse(this.#buffer.subarray(0, length));
    }
    return true;
  }

  // Reads the answers in the received bytes, which are only valid for the time of this call.
  #parse(data) {
    this.#rest = null;
    let at = 0;
    while (at < data.length) {
      const usual = this.#usualAcknowledgement;
      if (usual !== null && this.#report !== '' && data.latin1Slice(at, at + usual.length) === usual) {
        at += usual.length;
        this.#acknowledged(202, '');
        continue;
      }
      const end = data.indexOf('\r\n\r\n', at, 'latin1');
      if (end < 0) {
        if (data.length - at > LARGEST_HEAD) throw new Error('The Runtime API sent too large headers');
        this.#rest = Buffer.from(data.subarray(at));
        return;
      }
      const head = data.latin1Slice(at, end);
      const status = Number(head.slice(9, 12));
      const headers = parseHeaders(head);
      const start = end + 4;
      if (headers['transfer-encoding']?.toLowerCase() === 'chunked') {
        const chunks = parseChunks(data, start);
        if (chunks === null) {
          this.#rest = Buffer.from(data.subarray(at));
          return;
        }
        at = chunks.end;
        this.#answered(status, headers, chunks.text);
        continue;
      }
      const length = Number(headers['content-length'] ?? 0);
      if (start + length > data.length) {
        this.#answer = { status, headers };
        this.#body = Buffer.allocUnsafe(length);
        this.#filled = 0;
        this.#fillBody(data.subarray(start));
        return;
      }
      if (status === 202) this.#usualAcknowledgement = data.latin1Slice(at, start + length);
      at = start + length;
      this.#answered(status, headers, data.utf8Slice(start, at));
    }
  }

  #fillBody(data) {
    const body = this.#body;
    const missing = body.length - this.#filled;
    data.copy(body, this.#filled, 0, missing);
    this.#filled += Math.min(missing, data.length);
    if (this.#filled < body.length) return;
    const { status, headers } = this.#answer;
    this.#answer = this.#body = null;
    // Taken now: the invocation may be answered, and the buffer filled anew, before this returns.
    const rest = data.length > missing ? Buffer.from(data.subarray(missing)) : null;
    this.#answered(status, headers, body.utf8Slice());
    if (rest !== null) this.#parse(rest);
  }

  #answered(status, headers, body) {
    if (status < 200) return;
    if (this.#report !== '') {
      this.#acknowledged(status, body);
      return;
    }
    if (status !== 200) {
      process.stderr.write(`The Runtime API answered ${status} to next: ${body}\n`);
      process.exit(1);
    }
    const onInvocation = this.#onInvocation;
    this.#onInvocation = null;
    this.#attempts = 0;
    onInvocation(headers, body);
  }

  #acknowledged(status, body) {
    this.#report = '';
    // 413: too large a response. The caller has been told, and life goes on.
    if (status !== 202 && status !== 413) {
      process.stderr.write(`The Runtime API answered ${status} to a response: ${body}\n`);
    }
    const onReported = this.#onReported;
    this.#onReported = null;
    onReported?.();
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

// A chunked body as text and where it ends; null if it has not arrived whole.
function parseChunks(data, start) {
  const chunks = [];
  let at = start;
  for (;;) {
    const end = data.indexOf('\r\n', at, 'latin1');
    if (end < 0) return null;
    const size = Number.parseInt(data.latin1Slice(at, end), 16);
    at = end + 2;
    if (size === 0) break;
    if (at + size + 2 > data.length) return null;
    chunks.push(data.subarray(at, at + size));
    at += size + 2;
  }
  for (;;) {
    const end = data.indexOf('\r\n', at, 'latin1'); // of a trailer, or of the empty line behind all
    if (end < 0) return null;
    const last = end === at;
    at = end + 2;
    if (last) return { text: Buffer.concat(chunks).utf8Slice(), end: at };
  }
}

module.exports = { RuntimeApi, error, initError, response };
