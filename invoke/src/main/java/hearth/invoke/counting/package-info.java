/// Who may run one more invocation: the CountingService, its admissions and its leases.
@NullMarked
package hearth.invoke.counting;

import org.jspecify.annotations.NullMarked;
