package hearth.conformance;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;

/// A function URL as Hearth shows it, by its name or by the path.
final class ShownUrl {
    private ShownUrl() {}

    static String id(String shown) {
        var url = URI.create(shown);
        return url.getHost().contains(".lambda-url.")
                ? url.getHost().split("\\.")[0]
                : url.getPath().split("/")[3];
    }

    /// Its name, which curl and browsers resolve by themselves.
    static String byName(URI endpoint, String shown) {
        return "http://" + id(shown) + ".lambda-url.eu-west-1.localhost:" + endpoint.getPort() + "/";
    }

    /// Lets everybody call it.
    static void permit(LambdaClient lambda, String function, @Nullable String alias) {
        lambda.addPermission(r -> r.functionName(function)
                .qualifier(alias)
                .statementId("url")
                .principal("*")
                .action("lambda:InvokeFunctionUrl")
                .functionUrlAuthType(FunctionUrlAuthType.NONE));
        lambda.addPermission(r -> r.functionName(function)
                .qualifier(alias)
                .statementId("invoke")
                .principal("*")
                .action("lambda:InvokeFunction")
                .invokedViaFunctionUrl(true));
    }
}
