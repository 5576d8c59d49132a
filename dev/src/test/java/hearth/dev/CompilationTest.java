package hearth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompilationTest {
    @TempDir
    Path folder;

    private FakeCheckout checkout;

    @BeforeEach
    void isCompiledOnce() throws IOException {
        checkout = new FakeCheckout(folder);
        checkout.write("lib", "Shape", "public interface Shape { int corners(); }");
        checkout.write("lib", "Square", "public class Square implements Shape { public int corners() { return 4; } }");
        checkout.write("lib", "Limits", "public final class Limits { public static final int MOST = 7; }");
        checkout.write("app", "Drawing", "class Drawing { int drawn(Square square) { return square.corners(); } }");
        checkout.write("app", "Wall", "class Wall { int most() { return Limits.MOST; } }");
        assertThat(checkout.compile("app")).isEqualTo("3 of lib\n2 of app");
    }

    @Test
    void leavesWhatHasNotChanged() throws IOException {
        assertThat(checkout.compile("app")).isEmpty();
    }

    @Test
    void compilesOneSourceWhereNobodySeesTheDifference() throws IOException {
        checkout.write(
                "lib", "Square", "public class Square implements Shape { public int corners() { return 2 + 2; } }");

        assertThat(checkout.compile("app")).isEqualTo("1 of lib");
    }

    @Test
    void compilesWhoeverSpeaksOfAChangedClassOrOneThatInheritsFromIt() throws IOException {
        checkout.write(
                "lib", "Shape", "public interface Shape { int corners(); default int sides() { return corners(); } }");

        assertThat(checkout.compile("app")).isEqualTo("2 of lib\n1 of app");
    }

    @Test
    void refusesWhoeverUsesWhatIsGone() throws IOException {
        checkout.write("lib", "Square", "public class Square { }");

        assertThat(checkout.compile("app")).contains("1 of lib", "Drawing.java", "cannot find symbol", "refused app");
    }

    @Test
    void refusesAgainUntilItIsMended() throws IOException {
        checkout.write("lib", "Square", "public class Square { }");
        checkout.compile("app");

        assertThat(checkout.compile("app")).contains("Drawing.java", "refused app");
        checkout.write("app", "Drawing", "class Drawing { }");
        assertThat(checkout.compile("app")).isEqualTo("1 of app");
    }

    @Test
    void hearsOfAChangeThatAnotherRunHasCompiled() throws IOException {
        checkout.write("lib", "Square", "public class Square { }");
        assertThat(checkout.compile("lib")).isEqualTo("1 of lib");

        assertThat(checkout.compile("app")).contains("Drawing.java", "refused app");
    }

    @Test
    void givesAChangedConstantToThoseWhoHaveACopy() throws Exception {
        checkout.write("lib", "Limits", "public final class Limits { public static final int MOST = 8; }");

        checkout.compile("app");

        URL[] path = {url("app"), url("lib")};
        try (var loader = new URLClassLoader(path, null)) {
            var wall = loader.loadClass("demo.Wall");
            var constructor = wall.getDeclaredConstructor();
            constructor.setAccessible(true);
            var most = wall.getDeclaredMethod("most");
            most.setAccessible(true);
            assertThat(most.invoke(constructor.newInstance())).isEqualTo(8);
        }
    }

    @Test
    void refusesASwitchThatLacksANewMember() throws IOException {
        checkout.write("lib", "Colour", "public sealed interface Colour { record Red() implements Colour {} }");
        checkout.write(
                "app", "Paint", "class Paint { int of(Colour c) { return switch (c) { case Colour.Red _ -> 1; }; } }");
        assertThat(checkout.compile("app")).isEqualTo("1 of lib\n1 of app");

        checkout.write(
                "lib",
                "Colour",
                "public sealed interface Colour { record Red() implements Colour {} record Blue() implements Colour {} }");

        assertThat(checkout.compile("app")).contains("Paint.java", "does not cover all possible input values");
    }

    @Test
    void removesTheClassesOfARemovedSource() throws IOException {
        checkout.remove("app", "Drawing");
        checkout.remove("lib", "Limits");

        assertThat(checkout.compile("app")).contains("Wall.java", "refused app");
        assertThat(checkout.file("lib/target/quick/classes/demo/Limits.class")).doesNotExist();
        assertThat(checkout.file("app/target/quick/classes/demo/Drawing.class")).doesNotExist();
    }

    @Test
    void leavesTheBuildsOwnClassesAlone() throws IOException {
        assertThat(checkout.file("lib/target/classes")).doesNotExist();
    }

    @Test
    void copiesResources() throws IOException {
        checkout.write("lib/src/main/resources/demo/names.txt", "one");
        checkout.compile("app");
        checkout.write("lib/src/main/resources/demo/names.txt", "two");

        checkout.compile("app");

        assertThat(Files.readString(checkout.file("lib/target/quick/classes/demo/names.txt")))
                .isEqualTo("two");
    }

    @Test
    void compilesWhatIsGenerated() throws IOException {
        checkout.write("lib/target/generated-sources/api/demo/Made.java", "package demo; public class Made { }");
        checkout.write("app", "Wall", "class Wall { Made made; }");

        assertThat(checkout.compile("app")).isEqualTo("1 of lib\n1 of app");
    }

    private URL url(String module) throws IOException {
        return checkout.file(module + "/target/quick/classes").toUri().toURL();
    }
}
