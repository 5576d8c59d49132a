package hearth.guest;

/// What Java has no words for.
final class Native {
    static {
        System.load(System.getProperty("hearth.native"));
    }

    private Native() {}

    /// For the native code of functions: Java's own copy of the environment is another matter.
    ///
    /// @param variable `NAME=value`, in UTF-8 and ended by a NUL: not the strings of JNI, which have an encoding of
    ///     their own for what lies beyond the first plane
    static native void setVariable(byte[] variable);

    static native void unsetVariable(String name);

    static native void changeDirectory(String path);
}
