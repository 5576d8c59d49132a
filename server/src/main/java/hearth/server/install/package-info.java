/// Installs runtimes and AWS's SDKs into the data folder, and removes them.
@NullMarked
package hearth.server.install;

import org.jspecify.annotations.NullMarked;
