/// What members say to each other, in bytes.
@NullMarked
package hearth.members.wire;

import org.jspecify.annotations.NullMarked;
