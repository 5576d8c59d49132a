package hearth.link;

import hearth.model.CodeDigest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/// Where the deployment packages are that workers ask for. May block.
public interface PackageShelf {
    /// @throws FileNotFoundException when there is none such
    InputStream open(CodeDigest digest) throws IOException;

    /// The digest that its bytes must have.
    CodeDigest content(CodeDigest digest) throws IOException;
}
