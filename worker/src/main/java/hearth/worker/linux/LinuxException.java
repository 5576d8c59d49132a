package hearth.worker.linux;

import java.io.IOException;

/// A system call that failed, with the name of its error.
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String errno;
    private final String text;

    LinuxException(String what, int number) {
        super("%s: %s (%s)".formatted(what, ErrorNames.text(number), ErrorNames.name(number)));
        this.errno = ErrorNames.name(number);
        this.text = ErrorNames.text(number);
    }

    /// Such as `ENOENT`.
    public String errno() {
        return errno;
    }

    /// Such as `No such file or directory`.
    public String text() {
        return text;
    }

    public boolean is(String name) {
        return errno.equals(name);
    }
}
