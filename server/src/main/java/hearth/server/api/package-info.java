/// The Lambda API over HTTP: authenticates, routes, and hands each request to the frontend or the control plane.
@NullMarked
package hearth.server.api;

import org.jspecify.annotations.NullMarked;
