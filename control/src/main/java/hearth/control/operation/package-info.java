/// The parts that operations of the API are made of, whatever they are about: who calls, what is named, how it is
/// refused.
@NullMarked
package hearth.control.operation;

import org.jspecify.annotations.NullMarked;
