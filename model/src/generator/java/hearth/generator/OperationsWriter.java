package hearth.generator;

import java.util.stream.Collectors;

/// Writes `ApiOperation`, the enum of the API's operations.
final class OperationsWriter {
    private OperationsWriter() {}

    static String source(Model model) {
        var constants =
                model.operations().stream().map(OperationsWriter::constant).collect(Collectors.joining(",\n"));
        return """
                package hearth.model.api;

                import java.util.Map;
                import javax.annotation.processing.Generated;

                /// The operations of the API: how they are called, and who reads their requests and writes their responses.
                @Generated("hearth.generator")
                public enum ApiOperation {
                %s;

                    private final String wireName;
                    private final String method;
                    private final String path;
                    private final Map<String, String> query;
                    private final int status;
                    private final Class<? extends ApiShape> requestType;
                    private final Class<? extends ApiShape> responseType;
                    private final RequestReader<? extends ApiShape> reader;

                    ApiOperation(
                            String wireName,
                            String method,
                            String path,
                            Map<String, String> query,
                            int status,
                            Class<? extends ApiShape> requestType,
                            Class<? extends ApiShape> responseType,
                            RequestReader<? extends ApiShape> reader) {
                        this.wireName = wireName;
                        this.method = method;
                        this.path = path;
                        this.query = query;
                        this.status = status;
                        this.requestType = requestType;
                        this.responseType = responseType;
                        this.reader = reader;
                    }

                    /// `CreateFunction`, as the API spells it.
                    public String wireName() {
                        return wireName;
                    }

                    public String method() {
                        return method;
                    }

                    /// With its labels: `/2015-03-31/functions/{FunctionName}`. A label that ends in `+` may hold slashes.
                    public String path() {
                        return path;
                    }

                    /// What the query must hold for this operation to be meant.
                    public Map<String, String> query() {
                        return query;
                    }

                    /// HTTP status of success.
                    public int status() {
                        return status;
                    }

                    public Class<? extends ApiShape> requestType() {
                        return requestType;
                    }

                    /// `NoContent` for operations that answer nothing.
                    public Class<? extends ApiShape> responseType() {
                        return responseType;
                    }

                    /// Reads and checks requests. The caller names the request's type, which is `requestType`.
                    @SuppressWarnings("unchecked")
                    public <Q extends ApiShape> RequestReader<Q> reader() {
                        return (RequestReader<Q>) reader;
                    }

                    /// Writes responses, which must be of `responseType`.
                    public <S extends ApiShape> ResponseWriter<S> writer() {
                        return response -> responseType.cast(response).toResponse(status);
                    }
                }
                """.formatted(constants);
    }

    private static String constant(Model.Operation operation) {
        var query = operation.query().entrySet().stream()
                .map(q -> Names.literal(q.getKey()) + ", " + Names.literal(q.getValue()))
                .collect(Collectors.joining(", ", "Map.of(", ")"));
        var response = operation.output() == null ? "NoContent" : operation.output();
        return "    " + Names.constant(operation.name()) + "(" + Names.literal(operation.name()) + ", "
                + Names.literal(operation.method()) + ", " + Names.literal(operation.path()) + ", " + query + ", "
                + operation.status() + ", " + operation.input() + ".class, " + response + ".class, " + operation.input()
                + "::read)";
    }
}
