/// Who calls: account and region from the credential scope, and AWS Signature Version 4.
@NullMarked
package hearth.server.auth;

import org.jspecify.annotations.NullMarked;
