/// Deployment packages: fetched, verified, unpacked once, cached by content.
@NullMarked
package hearth.worker.code;

import org.jspecify.annotations.NullMarked;
