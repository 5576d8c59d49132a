package hearth.guest;

import com.amazonaws.services.lambda.runtime.api.client.EventHandlerLoader;
import com.amazonaws.services.lambda.runtime.api.client.HandlerInfo;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.dto.InvocationRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// One invocation without a Runtime API: whoever watches the JVM meanwhile learns which classes every function needs.
public final class Rehearsal {
    /// The handler that is rehearsed with.
    public Map<String, String> handle(Map<String, String> event) {
        return event;
    }

    static void run() throws Exception {
        Assignment.prepare();
        InvocationRequest invocation = new InvocationRequest();
        invocation.setId("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        invocation.setInvokedFunctionArn("arn:aws:lambda:us-east-1:000000000000:function:rehearsal");
        invocation.setContent("{\"name\":\"value\"}".getBytes(StandardCharsets.UTF_8));
        ClassLoader loader = Rehearsal.class.getClassLoader();
        EventHandlerLoader.loadEventHandler(HandlerInfo.fromString("hearth.guest.Rehearsal::handle", loader))
                .call(invocation);
    }
}
