package hearth.guest;

/// What Java has no words for.
final class Native {
    static {
        System.load(System.getProperty("hearth.native"));
    }

    private Native() {}

    /// For the native code of functions: Java's own copy of the environment is another matter.
    static native void setVariable(String name, String value);

    static native void unsetVariable(String name);

    static native void changeDirectory(String path);
}
