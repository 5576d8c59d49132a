/// The Lambda API's operations and shapes, as records that read and write themselves. Most of this package is
/// generated from the API's model (`model/src/generator`); what is written by hand is what the generated code calls.
@NullMarked
package hearth.model.api;

import org.jspecify.annotations.NullMarked;
