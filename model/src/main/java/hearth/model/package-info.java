/// The words every part of Hearth shares: ids, versions, errors.
@NullMarked
package hearth.model;

import org.jspecify.annotations.NullMarked;
