/// Function URLs as HTTP has them: which function a request is for, the event that is made of it, and the answer that
/// is made of what the function says.
@NullMarked
package hearth.server.urls;

import org.jspecify.annotations.NullMarked;
