package hearth.server.http;

import java.util.Map;

/// An answer, whole.
///
/// @param headers besides `Date`, `Content-Length`, `Connection` and `x-amzn-RequestId`, which the listener adds
/// @param body left out of answers that may have none (204, and any to `HEAD`); not to be changed by anyone
public record HttpResponse(int status, Map<String, String> headers, byte[] body) {}
