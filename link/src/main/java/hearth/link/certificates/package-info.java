/// The certificates by which the members of a cluster know each other.
@NullMarked
package hearth.link.certificates;

import org.jspecify.annotations.NullMarked;
