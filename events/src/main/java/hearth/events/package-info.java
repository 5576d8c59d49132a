/// Asynchronous invocation: events are kept until their functions have run, and whoever is to hear of them has heard.
@NullMarked
package hearth.events;

import org.jspecify.annotations.NullMarked;
