/// Virtual machines: the kernel, the images and the program that make one, and the words that are spoken to it.
@NullMarked
package hearth.worker.microvm;

import org.jspecify.annotations.NullMarked;
