/// An HTTP/1.1 listener made for strangers: everything it reads is bounded in size, in time and in all.
@NullMarked
package hearth.server.http;

import org.jspecify.annotations.NullMarked;
