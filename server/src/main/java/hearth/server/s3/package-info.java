/// A client of S3, for deployment packages: it gets objects and does nothing else.
@NullMarked
package hearth.server.s3;

import org.jspecify.annotations.NullMarked;
