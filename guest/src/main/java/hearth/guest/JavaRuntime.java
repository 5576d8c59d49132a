package hearth.guest;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;

/// The main class of Java functions: hands the function's handler to AWS's client, which takes it as an argument only.
public final class JavaRuntime {
    private JavaRuntime() {}

    public static void main(String[] arguments) throws Throwable {
        AWSLambda.main(new String[] {System.getenv("_HANDLER")});
    }
}
