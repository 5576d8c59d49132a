package hearth.guest;

/// What Java has no words for.
final class Native {
    private Native() {}

    static void load() {
        System.load(System.getProperty("hearth.native"));
    }

    /// For the native code of functions: Java's own copy of the environment is another matter.
    static native void setVariable(String name, String value);

    static native void changeDirectory(String path);
}
