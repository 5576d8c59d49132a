'use strict';

const { Writable } = require('stream');
const { InvalidStreamingOperation, describe } = require('./errors.cjs');

// What a handler that streams writes its answer to: it goes to the Runtime API while it is written, in a request of its
// own, which begins with the first piece or with the end.
class ResponseStream extends Writable {
  #open;
  #request = null;
  #contentType = 'application/octet-stream';
  #error = null;
  #written = false;
  #broken = false;

  // `open` begins the request, given the answer's type: see `RuntimeApi.openResponse`.
  constructor(options, open) {
    super({ ...options, decodeStrings: false });
    this.#open = open;
    this.on('error', () => {}); // the invocation's end tells of it
  }

  setContentType(type) {
    if (this.#written) throw new InvalidStreamingOperation('Cannot set content-type, too late.');
    this.#contentType = type;
  }

  write(chunk, encoding, callback) {
    if (!this.#written) {
      this.#written = true;
      this._onBeforeFirstWrite?.((piece) => super.write(piece));
    }
    // Not null, which a stream refuses.
    const plain = typeof chunk === 'string' || chunk instanceof Uint8Array || chunk === null;
    return super.write(plain ? chunk : JSON.stringify(chunk), encoding, callback);
  }

  // Ends the answer, however far it is, with an error behind it. One that has its end stays as it is.
  fail(thrown) {
    if (this.writableEnded) return;
    this.#error = describe(thrown);
    this.end();
  }

  _write(chunk, encoding, callback) {
    this.#begin().write(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk, callback);
  }

  // Finished is what the Runtime API has taken whole.
  _final(callback) {
    this.#begin().end(this.#error, callback);
  }

  // A handler that gives up its stream has failed, and the caller is told so.
  _destroy(error, callback) {
    if (this.writableFinished || this.#broken) {
      callback(error);
    } else {
      const failure = this.#error ?? describe(error ?? new Error('The response stream was destroyed.'));
      this.#begin().end(failure, () => callback(error));
    }
  }

  #begin() {
    this.#request ??= this.#open(this.#contentType, () => {
      this.#broken = true;
      this.destroy();
    });
    return this.#request;
  }
}

module.exports = { ResponseStream };
