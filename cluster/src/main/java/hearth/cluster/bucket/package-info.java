/// Buckets of S3, and of servers that speak as it does.
@NullMarked
package hearth.cluster.bucket;

import org.jspecify.annotations.NullMarked;
