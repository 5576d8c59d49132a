package hearth.link.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    /// Netty tells all that has come, in hex.
    @Test
    void tellsLittleOfWhatAStrangerSent() {
        var refusal = new DecoderException(new NotSslRecordException("not an SSL/TLS record: " + "00".repeat(30_000)));

        assertThat(Connection.reason(refusal))
                .startsWith("not an SSL/TLS record: 00")
                .hasSizeLessThan(250);
    }
}
