/// Aliases: names for versions of a function, which can be pointed elsewhere, and to two versions at once.
@NullMarked
package hearth.control.aliases;

import org.jspecify.annotations.NullMarked;
