/// The patterns by which event source mappings choose among the events of their source.
@NullMarked
package hearth.model.filter;

import org.jspecify.annotations.NullMarked;
