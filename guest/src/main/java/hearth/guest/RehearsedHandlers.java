package hearth.guest;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.HashMap;
import java.util.Map;

/// What is rehearsed with, instead of a function.
final class RehearsedHandlers {
    private RehearsedHandlers() {}

    /// A handler by its interface.
    public static final class Typed implements RequestHandler<Map<String, Object>, Object> {
        @Override
        public Object handleRequest(Map<String, Object> event, Context context) {
            Map<String, Object> answer = new HashMap<>();
            answer.put("event", event);
            answer.put("id", context.getAwsRequestId());
            return answer;
        }
    }

    /// Handlers by their method.
    public static final class Plain {
        public Object map(Map<String, Object> event) {
            return event;
        }

        public Bean bean(Bean event, Context context) {
            return event;
        }
    }

    public static final class Bean {
        private String name = "";

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }
    }
}
