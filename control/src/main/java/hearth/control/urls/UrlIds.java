package hearth.control.urls;

import hearth.model.Region;
import java.util.random.RandomGenerator;

/// The ids of function URLs: 32 random characters, so that no two of them are alike, whoever's they are.
final class UrlIds {
    private static final int LENGTH = 32;
    private static final int RADIX = 36;

    private final RandomGenerator randomness;

    UrlIds(RandomGenerator randomness) {
        this.randomness = randomness;
    }

    String next() {
        var id = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            id.append(Character.forDigit(randomness.nextInt(RADIX), RADIX));
        }
        return id.toString();
    }

    static String url(String id, Region region) {
        return "https://%s.lambda-url.%s.on.aws/".formatted(id, region);
    }
}
