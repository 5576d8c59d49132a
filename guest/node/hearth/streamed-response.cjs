'use strict';

// A response that is sent to the Runtime API piece by piece: a request on a connection of its own, in chunks (RFC 9112
// section 7.1), whose trailers may tell of an error.

const LARGEST_TRAILER = 64 * 1024;

class StreamedResponse {
  #socket;
  #ended = false;
  #onTaken = null;

  // `onBroken` is called if the connection ends before the response.
  constructor(socket, head, onBroken) {
    this.#socket = socket;
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => (this.#ended ? this.#onTaken() : onBroken()));
    socket.resume(); // how it is answered changes nothing
    socket.write(head);
  }

  write(data, callback) {
    if (data.length === 0) {
      callback(); // an empty chunk would be the end
      return;
    }
    this.#socket.cork();
    this.#socket.write(data.length.toString(16) + '\r\n');
    this.#socket.write(data);
    this.#socket.write('\r\n', callback);
    this.#socket.uncork();
  }

  // Calls back when the API has taken everything, and closed the connection.
  end(error, callback) {
    this.#onTaken = callback;
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.write('0\r\n' + (error === null ? '' : trailers(error)) + '\r\n');
  }

}

function trailers(error) {
  const type = /^[\x21-\x7e]+$/.test(error.errorType) ? error.errorType : 'Error';
  return (
    `Lambda-Runtime-Function-Error-Type: ${type}\r\n` + `Lambda-Runtime-Function-Error-Body: ${encoded(error)}\r\n`
  );
}

function encoded(error) {
  const body = Buffer.from(JSON.stringify(error)).toString('base64');
  if (body.length <= LARGEST_TRAILER) return body;
  // The log has all of it.
  const errorMessage = String(error.errorMessage).slice(0, LARGEST_TRAILER / 8);
  return encoded({ errorType: String(error.errorType).slice(0, 256), errorMessage });
}

module.exports = { StreamedResponse };
