package hearth.worker.sandbox;

/// A machine that was made of a snapshot did not become what it was to be; one that boots may.
final class CopyFailedException extends SandboxException {
    CopyFailedException(SandboxException why) {
        super(String.valueOf(why.getMessage()), why);
    }
}
