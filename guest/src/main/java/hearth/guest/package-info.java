/// What of Hearth runs inside a sandbox in Java.
@NullMarked
package hearth.guest;

import org.jspecify.annotations.NullMarked;
