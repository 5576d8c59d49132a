/// Where the services around Lambda are: AWS's own names and variables for them.
@NullMarked
package hearth.model.endpoints;

import org.jspecify.annotations.NullMarked;
