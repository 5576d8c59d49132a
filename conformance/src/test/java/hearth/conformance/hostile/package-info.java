/// Functions that attack the host, each other and the Runtime API, while another function is invoked all the time.
///
/// The attacks are Python, in the resources: the same code first works on the host, then is stopped in a function.
@NullMarked
package hearth.conformance.hostile;

import org.jspecify.annotations.NullMarked;
