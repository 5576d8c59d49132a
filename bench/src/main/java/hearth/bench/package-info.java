/// Benchmarks, each beside its floor in the same run.
@NullMarked
package hearth.bench;

import org.jspecify.annotations.NullMarked;
