package hearth.events;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

final class Samples {
    static final FunctionId MAIL = function("mail");

    private Samples() {}

    static FunctionId function(String name) {
        return new FunctionId(new AccountId("123456789012"), new Region("us-east-1"), name);
    }

    static Invocation invocation(String requestId, String payload) {
        return new Invocation(
                requestId, MAIL.arn(), bytes(payload), null, null, "Root=1-2-3", Instant.EPOCH, false, false);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
