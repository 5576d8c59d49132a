/// Reserved and provisioned concurrency: what a function has of its account's concurrency for itself alone.
@NullMarked
package hearth.control.concurrency;

import org.jspecify.annotations.NullMarked;
