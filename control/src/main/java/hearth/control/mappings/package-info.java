/// Event source mappings: what may be asked of each kind of source, and the states that a mapping goes through.
@NullMarked
package hearth.control.mappings;

import org.jspecify.annotations.NullMarked;
