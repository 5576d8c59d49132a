package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @Test
    void takesArnsApart() {
        assertThat(Target.of("arn:aws:sqs:eu-west-1:123456789012:failed"))
                .contains(new Target.Queue("eu-west-1", "123456789012", "failed"));
        assertThat(Target.of("arn:aws:sns:eu-west-1:123456789012:news"))
                .contains(new Target.Topic("eu-west-1", "arn:aws:sns:eu-west-1:123456789012:news"));
        assertThat(Target.of("arn:aws:events:eu-west-1:123456789012:event-bus/default"))
                .contains(new Target.Bus("eu-west-1", "arn:aws:events:eu-west-1:123456789012:event-bus/default"));
        assertThat(Target.of("arn:aws:s3:::bucket")).contains(new Target.Bucket("bucket"));
        var arn = Samples.MAIL.arn();
        assertThat(Target.of(arn)).contains(new Target.OfFunction(Samples.MAIL, "$LATEST", arn));
        assertThat(Target.of(arn + ":live")).contains(new Target.OfFunction(Samples.MAIL, "live", arn + ":live"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "queue", "arn:aws:sqs", "arn:aws:kinesis:eu-west-1:123456789012:stream/a"})
    void knowsNothingElse(String arn) {
        assertThat(Target.of(arn)).isEmpty();
    }
}
