/// Deployment packages: what a zip holds, and which zips are refused.
@NullMarked
package hearth.model.code;

import org.jspecify.annotations.NullMarked;
