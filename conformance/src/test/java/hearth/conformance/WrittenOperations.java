package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.conformance.ApiModel.Operation;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Which operations a server has: each is asked once, about resources that are not there, and those that it does not
/// have say so.
final class WrittenOperations {
    /// Valid, and nothing is made of them.
    static final Map<String, List<?>> NOBODY = Map.of(
            "FunctionName", List.of("nobody"),
            "LayerName", List.of("nobody"),
            "Code", List.of(Map.of()),
            "Content", List.of(Map.of()),
            "SubnetIds", List.of(List.of("subnet-0")),
            "SecurityGroupIds", List.of(List.of("sg-0")));

    private WrittenOperations() {}

    static List<Operation> of(ApiModel model, URI endpoint, Signature signature) throws IOException {
        var valid = new ValidRequests(model, new Random(0), NOBODY);
        var written = new ArrayList<Operation>();
        for (var operation : model.operations()) {
            var draft = valid.with(operation, Map.of());
            draft.headers.add("Host: localhost");
            signature.sign(draft);
            try (var wire = new Wire(endpoint)) {
                var answer = wire.send(draft.toBytes()).read(false);
                assertThat(answer.header("x-amzn-ErrorType"))
                        .as(() -> operation.name() + " was asked with what the model allows: " + answer.text())
                        .isNotIn("ValidationException", "SerializationException");
                if (answer.status() != 501) {
                    written.add(operation);
                }
            }
        }
        return written;
    }
}
