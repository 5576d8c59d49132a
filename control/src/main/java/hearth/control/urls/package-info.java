/// Function URLs: addresses under which functions and aliases answer HTTP requests.
@NullMarked
package hearth.control.urls;

import org.jspecify.annotations.NullMarked;
