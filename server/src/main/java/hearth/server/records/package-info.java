/// The records of who asked for what, and what came of it: the access log of every request, and the audit log of
/// the control plane.
@NullMarked
package hearth.server.records;

import org.jspecify.annotations.NullMarked;
