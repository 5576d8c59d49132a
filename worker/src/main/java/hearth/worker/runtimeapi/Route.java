package hearth.worker.runtimeapi;

import hearth.worker.runtimeapi.RequestHead.Call;

/// A method and a path, and the call that they name.
record Route(Call call, String requestId) {
    private static final String ROOT = "/2018-06-01/";
    private static final String INVOCATION = ROOT + "runtime/invocation/";
    private static final String RESPONSE = "/response";
    private static final String ERROR = "/error";

    /// @param target as the request line has it; a query is ignored
    static Route of(String method, String target) {
        int query = target.indexOf('?');
        var path = query < 0 ? target : target.substring(0, query);
        if (path.startsWith(INVOCATION)) {
            return invocation(method, path.substring(INVOCATION.length()));
        }
        return switch (path) {
            case ROOT + "ping" -> get(method, Call.PING);
            case ROOT + "runtime/init/error" -> post(method, Call.INIT_ERROR, "");
            case ROOT + "runtime/restore/next" -> get(method, Call.RESTORE_NEXT);
            case ROOT + "runtime/restore/error" -> post(method, Call.RESTORE_ERROR, "");
            default -> new Route(Call.UNKNOWN_PATH, "");
        };
    }

    private static Route invocation(String method, String rest) {
        if (rest.equals("next")) {
            return get(method, Call.NEXT);
        }
        int slash = rest.indexOf('/');
        if (slash <= 0) {
            return new Route(Call.UNKNOWN_PATH, "");
        }
        var requestId = rest.substring(0, slash);
        return switch (rest.substring(slash)) {
            case RESPONSE -> post(method, Call.RESPONSE, requestId);
            case ERROR -> post(method, Call.ERROR, requestId);
            default -> new Route(Call.UNKNOWN_PATH, "");
        };
    }

    private static Route get(String method, Call call) {
        return new Route(method.equals("GET") ? call : Call.WRONG_METHOD, "");
    }

    private static Route post(String method, Call call, String requestId) {
        return method.equals("POST") ? new Route(call, requestId) : new Route(Call.WRONG_METHOD, "");
    }
}
