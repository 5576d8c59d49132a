package hearth.server.cli;

import hearth.worker.sandbox.Finding;

/// Whether this process can write files whatever their names are: deployment packages bring names of every language,
/// and the JVM spells them as the locale that it was started in has it.
final class FileNames {
    private static final String SUBJECT = "file names";

    private FileNames() {}

    static Finding finding() {
        return finding(System.getProperty("sun.jnu.encoding", "unknown"));
    }

    /// @param encoding that the JVM found for file names
    static Finding finding(String encoding) {
        return encoding.equalsIgnoreCase("UTF-8")
                ? new Finding(SUBJECT, true, "UTF-8", "")
                : new Finding(
                        SUBJECT,
                        false,
                        encoding + ": packages with other names than it can spell cannot be unpacked",
                        "start Hearth with LC_ALL=C.UTF-8, as ./hearth does");
    }
}
