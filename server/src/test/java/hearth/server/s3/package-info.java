@NullMarked
package hearth.server.s3;

import org.jspecify.annotations.NullMarked;
