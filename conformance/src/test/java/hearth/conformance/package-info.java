/// Hearth from outside: a started server, stock clients, real runtimes. Nothing here sees its classes.
@NullMarked
package hearth.conformance;

import org.jspecify.annotations.NullMarked;
