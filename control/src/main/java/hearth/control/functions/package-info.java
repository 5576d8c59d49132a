/// Functions and their versions: their operations, settings, states and deployment packages.
@NullMarked
package hearth.control.functions;

import org.jspecify.annotations.NullMarked;
