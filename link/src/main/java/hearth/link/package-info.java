/// The connections between the services of the invoke path and workers on other hosts.
@NullMarked
package hearth.link;

import org.jspecify.annotations.NullMarked;
