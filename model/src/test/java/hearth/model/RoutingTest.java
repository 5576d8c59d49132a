package hearth.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoutingTest {
    private static final FunctionVersion FIRST = version("1", FunctionState.ACTIVE);
    private static final FunctionVersion SECOND = version("2", FunctionState.ACTIVE);

    @Test
    void sendsAllToTheOneVersionThereIs() {
        assertThat(Routing.to(FIRST).choose(0)).isSameAs(FIRST);
        assertThat(Routing.to(FIRST).choose(0.999)).isSameAs(FIRST);
    }

    @Test
    void sendsToTheOtherTheLotsBelowItsWeight() {
        var routing = new Routing(FIRST, Optional.of(new Routing.Share(SECOND, 0.25)));

        assertThat(routing.choose(0)).isSameAs(SECOND);
        assertThat(routing.choose(0.249)).isSameAs(SECOND);
        assertThat(routing.choose(0.25)).isSameAs(FIRST);
        assertThat(routing.choose(0.999)).isSameAs(FIRST);
    }

    @Test
    void sendsNothingToAVersionOfNoWeightAndAllToOneOfTheWhole() {
        assertThat(new Routing(FIRST, Optional.of(new Routing.Share(SECOND, 0))).choose(0))
                .isSameAs(FIRST);
        assertThat(new Routing(FIRST, Optional.of(new Routing.Share(SECOND, 1))).choose(0.999))
                .isSameAs(SECOND);
    }

    @Test
    void isActiveWhenAllThatItNamesIs() {
        var pending = new Routing.Share(version("2", FunctionState.PENDING), 0.5);

        assertThat(Routing.to(FIRST).isActive()).isTrue();
        assertThat(new Routing(FIRST, Optional.of(pending)).isActive()).isFalse();
    }

    private static FunctionVersion version(String number, FunctionState state) {
        return new FunctionVersion(
                new FunctionId(new AccountId("123456789012"), new Region("us-east-1"), "mail"),
                number,
                1,
                state,
                "python3.13",
                "app.handler",
                new CodeDigest("ab".repeat(32)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/any",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/mail",
                "INFO",
                "INFO",
                Optional.empty());
    }
}
