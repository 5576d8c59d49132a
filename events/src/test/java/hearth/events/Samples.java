package hearth.events;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /// The one that is published last.
    static FunctionVersion version(FunctionId id) {
        return new FunctionVersion(
                id,
                "$LATEST",
                1,
                FunctionState.ACTIVE,
                "python3.12",
                "app.handler",
                new CodeDigest("00".repeat(32)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/r",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/" + id.name(),
                "INFO",
                "INFO",
                Optional.empty());
    }
}
