package hearth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestSelectionTest {
    @TempDir
    Path folder;

    private FakeCheckout checkout;

    @BeforeEach
    void hasTests() throws IOException {
        checkout = new FakeCheckout(folder);
        checkout.write("app/src/test/java/demo/DrawingTest.java", "package demo; class DrawingTest { class Inner {} }");
        checkout.write("app/src/test/java/demo/DrawTest.java", "package demo; class DrawTest { }");
        checkout.write("lib/src/test/java/demo/SquareTest.java", "package demo; class SquareTest { }");
        checkout.compile("app");
    }

    @Test
    void takesAllTestsWithoutAName() throws IOException {
        assertThat(chosen()).containsExactly("--scan-classpath=" + folder.resolve("app/target/quick/test-classes"));
    }

    @Test
    void findsAClassByItsShortName() throws IOException {
        assertThat(chosen("DrawingTest")).contains("--select-class=demo.DrawingTest");
        assertThat(chosen("demo.DrawTest")).contains("--select-class=demo.DrawTest");
    }

    @Test
    void takesOneMethodAndAllOfAnotherClass() throws IOException {
        var arguments = chosen("DrawingTest#draws", "DrawTest");

        assertThat(arguments).contains("--select-class=demo.DrawingTest", "--select-class=demo.DrawTest");
        var methods = arguments.stream()
                .filter(each -> each.startsWith("--include-methodname="))
                .map(each -> Pattern.compile(each.replace("--include-methodname=", "")))
                .findFirst()
                .orElseThrow()
                .asMatchPredicate();
        assertThat(methods).accepts("demo.DrawingTest#draws", "demo.DrawingTest$Inner#draws", "demo.DrawTest#any");
        assertThat(methods).rejects("demo.DrawingTest#drawsTwice", "demo.DrawingTestOther#draws");
    }

    @Test
    void saysWhereAClassIsThatThisModuleLacks() {
        assertThatThrownBy(() -> chosen("SquareTest"))
                .hasMessage("there is no test class 'SquareTest' in app; there is one in lib");
    }

    @Test
    void saysWhichNamesAreSimilar() {
        assertThatThrownBy(() -> chosen("Draw")).hasMessageEndingWith("similar: DrawTest, DrawingTest");
    }

    @Test
    void refusesAModuleThatIsNone() {
        assertThatThrownBy(() -> checkout.checkout().tests("lob")).hasMessageContaining("no module 'lob'");
    }

    private List<String> chosen(String... names) throws IOException {
        var checkouts = checkout.checkout();
        return new TestSelection(checkouts, "app", checkouts.tests("app").classes()).of(List.of(names));
    }
}
