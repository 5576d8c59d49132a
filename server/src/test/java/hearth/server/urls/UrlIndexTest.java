package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.cluster.Qualified;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.FunctionUrlConfig;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class UrlIndexTest {
    private static final FunctionId MAIL =
            new FunctionId(new AccountId("123456789012"), new Region("eu-west-1"), "mail");
    private static final FunctionId OTHER = new FunctionId(MAIL.account(), MAIL.region(), "other");

    private final Queue<Runnable> later = new ArrayDeque<>();
    private List<Qualified<FunctionUrlConfig>> stored = List.of();
    private boolean storeIsDown;

    private final UrlIndex index = new UrlIndex(
            function -> {
                if (storeIsDown) {
                    throw new IllegalStateException("The store does not answer");
                }
                return stored.stream()
                        .filter(url -> url.function().equals(function))
                        .toList();
            },
            later::add);

    @Test
    void findsWhatTheStoreHas() {
        store(List.of(url(MAIL, "a", "NONE")));

        assertThat(index.find("a"))
                .hasValueSatisfying(url -> assertThat(url.signed()).isFalse());
        store(List.of(url(MAIL, "a", "AWS_IAM")));
        assertThat(index.find("a"))
                .hasValueSatisfying(url -> assertThat(url.signed()).isTrue());
        store(List.of());
        assertThat(index.find("a")).isEmpty();
        assertThat(index.wasDeleted("a")).isTrue();
    }

    /// The change that could not be read may be one that keeps somebody out.
    @Test
    void doesNotAnswerForAUrlOfWhichItMissedAChangeUntilItHasReadIt() {
        store(List.of(url(MAIL, "a", "NONE"), url(OTHER, "b", "NONE")));
        storeIsDown = true;
        stored = List.of(url(MAIL, "a", "AWS_IAM"), url(OTHER, "b", "NONE"));

        assertThatThrownBy(() -> index.changed(MAIL)).hasMessage("The store does not answer");
        assertThatThrownBy(() -> index.changed(MAIL)).hasMessage("The store does not answer");

        assertThat(index.find("a")).isEmpty();
        assertThat(index.isUncertain("a")).isTrue();
        assertThat(index.wasDeleted("a")).isFalse();
        assertThat(index.find("b")).isPresent();
        assertThat(later).hasSize(1);
        later.remove().run();
        assertThat(index.isUncertain("a")).isTrue();
        storeIsDown = false;
        later.remove().run();
        assertThat(index.isUncertain("a")).isFalse();
        assertThat(index.find("a"))
                .hasValueSatisfying(url -> assertThat(url.signed()).isTrue());
        assertThat(later).isEmpty();
    }

    @Test
    void learnsOfANewUrlThatItCouldNotReadAtFirst() {
        storeIsDown = true;
        stored = List.of(url(MAIL, "a", "NONE"));
        assertThatThrownBy(() -> index.changed(MAIL)).hasMessage("The store does not answer");

        storeIsDown = false;
        later.remove().run();

        assertThat(index.find("a")).isPresent();
    }

    @Test
    void hearsOfTheNextChangeBeforeItReadsAgain() {
        store(List.of(url(MAIL, "a", "NONE")));
        storeIsDown = true;
        assertThatThrownBy(() -> index.changed(MAIL)).hasMessage("The store does not answer");
        storeIsDown = false;

        store(List.of());

        assertThat(index.isUncertain("a")).isFalse();
        assertThat(index.wasDeleted("a")).isTrue();
        later.remove().run();
        assertThat(index.find("a")).isEmpty();
    }

    private void store(List<Qualified<FunctionUrlConfig>> urls) {
        stored = urls;
        index.changed(MAIL);
        index.changed(OTHER);
    }

    private static Qualified<FunctionUrlConfig> url(FunctionId function, String id, String authType) {
        var url = new FunctionUrlConfig(
                "https://%s.lambda-url.eu-west-1.on.aws/".formatted(id), null, null, null, null, authType, "BUFFERED");
        return new Qualified<>(function, FunctionId.LATEST, url);
    }
}
