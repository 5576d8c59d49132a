/// What frontend and worker say to each other, and its form in bytes.
@NullMarked
package hearth.link.message;

import org.jspecify.annotations.NullMarked;
