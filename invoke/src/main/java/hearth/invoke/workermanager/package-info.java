/// Which environment runs an invocation: the WorkerManager and the table it keeps.
@NullMarked
package hearth.invoke.workermanager;

import org.jspecify.annotations.NullMarked;
