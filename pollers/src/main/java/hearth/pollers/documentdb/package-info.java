/// DocumentDB: change streams of MongoDB.
@NullMarked
package hearth.pollers.documentdb;

import org.jspecify.annotations.NullMarked;
