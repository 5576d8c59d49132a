package hearth.server.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.Map;

/// An answer whose body is a file, which is read as the client takes it.
///
/// @param headers as those of [HttpResponse]
/// @param file from its beginning to its end; whoever is given the answer closes it
public record FileResponse(int status, Map<String, String> headers, FileChannel file) implements AutoCloseable {
    long length() {
        try {
            return file.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Safe to repeat.
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
