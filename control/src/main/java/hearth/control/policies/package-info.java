/// Resource policies: who else may use a function, a version or an alias.
@NullMarked
package hearth.control.policies;

import org.jspecify.annotations.NullMarked;
