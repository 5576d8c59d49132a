/// Tags, of every kind of resource that can have some.
@NullMarked
package hearth.control.tags;

import org.jspecify.annotations.NullMarked;
