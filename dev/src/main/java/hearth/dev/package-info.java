/// `./hearth test`: compiles what an edit touches and chooses the tests, without Maven.
///
/// Error Prone, NullAway and the format are left to the build, and so is what is generated or written in C. What is
/// compiled here lies in a folder of its own in each module's `target`, so that the build never takes it for its own.
@NullMarked
package hearth.dev;

import org.jspecify.annotations.NullMarked;
