package hearth.guest;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;

/// The main class of Java functions: hands the function's handler to AWS's client, which takes it as an argument only.
public final class JavaRuntime {
    private static final String CHANNEL = "_HEARTH_CHANNEL";
    private static final String BOOT = "_HEARTH_BOOT";

    private JavaRuntime() {}

    /// @param arguments `--rehearse`, or none
    public static void main(String[] arguments) throws Throwable {
        if (arguments.length > 0) {
            Assignment.prepare();
            return;
        }
        if (System.getenv(BOOT) != null) {
            int channel = Integer.parseInt(System.getenv(CHANNEL));
            Assignment.unset(BOOT);
            Assignment.unset(CHANNEL);
            Assignment.await(channel);
        }
        AWSLambda.main(new String[] {System.getenv("_HANDLER")});
    }
}
