@NullMarked
package hearth.server.services;

import org.jspecify.annotations.NullMarked;
