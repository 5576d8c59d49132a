package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.model.FunctionId;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QualifierMapTest {
    private static final FunctionId MAIL = Functions.id("mail");
    private static final FunctionId SEARCH = Functions.id("search");

    private final QualifierMap<Integer> map = new QualifierMap<>(3);

    @Test
    void findsWhatWasPut() {
        map.put(MAIL, "1", 1);
        map.put(MAIL, "live", 2);
        map.put(SEARCH, "1", 3);

        assertThat(map.get(MAIL, "1")).isEqualTo(1);
        assertThat(map.of(MAIL)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 1, "live", 2));
        assertThat(map.get(SEARCH, "live")).isNull();
        assertThat(map.of(Functions.id("none"))).isEmpty();
    }

    @Test
    void dropsAllOfTheFunctionThatWasUsedLongestAgo() {
        map.put(MAIL, "1", 1);
        map.put(MAIL, "live", 2);
        map.put(SEARCH, "1", 3);

        map.get(MAIL, "1");
        map.put(Functions.id("orders"), "1", 4);

        assertThat(map.of(SEARCH)).isEmpty();
        assertThat(map.of(MAIL)).hasSize(2);
    }

    @Test
    void dropsTheOldestOfAFunctionThatHasMoreThanThereMayBe() {
        for (int i = 1; i <= 4; i++) {
            map.put(MAIL, Integer.toString(i), i);
        }

        assertThat(map.of(MAIL).keySet()).containsExactly("2", "3", "4");
    }

    @Test
    void dropsByWeightWhereValuesHaveOne() {
        var weighed = new QualifierMap<Integer>(10, weight -> weight);
        weighed.put(MAIL, "1", 4);
        weighed.put(SEARCH, "1", 4);
        weighed.put(SEARCH, "1", 6);
        assertThat(weighed.weight()).isEqualTo(10);

        weighed.put(Functions.id("orders"), "1", 5);
        assertThat(weighed.of(MAIL)).isEmpty();
        assertThat(weighed.of(SEARCH)).isEmpty();
        assertThat(weighed.weight()).isEqualTo(5);

        weighed.put(MAIL, "1", 11);
        assertThat(weighed.weight()).isZero();
        assertThat(weighed.size()).isZero();
    }

    @Test
    void countsAsOneByOneWhateverHappens() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        var unlimited = new QualifierMap<Integer>(Integer.MAX_VALUE);
        var expected = new HashMap<String, Integer>();
        for (int i = 0; i < 10_000; i++) {
            var function = Functions.id("f" + random.nextInt(5));
            var qualifier = Integer.toString(random.nextInt(5));
            switch (random.nextInt(6)) {
                case 0 -> {
                    unlimited.removeAll(function);
                    expected.keySet().removeIf(key -> key.startsWith(function.name() + ":"));
                }
                case 1, 2 -> {
                    unlimited.remove(function, qualifier);
                    expected.remove(function.name() + ":" + qualifier);
                }
                default -> {
                    unlimited.put(function, qualifier, i);
                    expected.put(function.name() + ":" + qualifier, i);
                }
            }
            assertThat(unlimited.weight()).isEqualTo(unlimited.size());
            assertThat(unlimited.size()).as("seed %d", seed).isEqualTo(expected.size());
            assertThat(unlimited.get(function, qualifier)).isEqualTo(expected.get(function.name() + ":" + qualifier));
        }
    }
}
