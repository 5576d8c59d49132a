/// Deployment packages for whoever has a URL that the control plane made, as from S3: without credentials, for a while.
@NullMarked
package hearth.server.download;

import org.jspecify.annotations.NullMarked;
