/// What of Hearth runs inside a sandbox in Java, from Java 8 on. Not `@NullMarked`, whose annotation names what Java 8
/// does not know.
package hearth.guest;
