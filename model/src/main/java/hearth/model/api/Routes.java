package hearth.model.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The routes of the API: a tree of path segments. Paths are split at their raw slashes and only then decoded, so an
/// encoded slash stays inside its label. One slash at the end is ignored, as older clients send it.
public final class Routes {
    private static final Node ROOT = tree();

    private Routes() {}

    /// @param rawPath as it came, not decoded, without the query
    /// @param rawQuery null or empty when there is none
    public static Route match(String method, String rawPath, @Nullable String rawQuery) {
        if (rawPath.isEmpty() || rawPath.charAt(0) != '/') {
            return new Route.Unknown();
        }
        int end = rawPath.endsWith("/") ? rawPath.length() - 1 : rawPath.length();
        var labels = new ArrayList<String>(3);
        var node = ROOT.find(rawPath, 1, end, labels);
        return node == null ? new Route.Unknown() : node.route(method, rawQuery, labels);
    }

    private static Node tree() {
        var root = new Node();
        for (var operation : ApiOperation.values()) {
            var node = root;
            var labels = new ArrayList<String>();
            for (var segment : operation.path().substring(1).split("/")) {
                if (!segment.startsWith("{")) {
                    node = node.literals.computeIfAbsent(segment, _ -> new Node());
                    continue;
                }
                boolean greedy = segment.endsWith("+}");
                labels.add(segment.substring(1, segment.length() - (greedy ? 2 : 1)));
                node.label = node.label == null ? new Node() : node.label;
                node.label.greedy = greedy;
                node = node.label;
            }
            node.add(operation, labels);
        }
        return root;
    }

    /// One segment of the paths.
    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private final List<Target> targets = new ArrayList<>();
        private @Nullable Node label;
        /// Whether this label may hold slashes.
        private boolean greedy;

        /// Operations told apart by their query come before those that do not ask for one.
        void add(ApiOperation operation, List<String> labels) {
            var target = new Target(operation, List.copyOf(labels));
            targets.add(operation.query().isEmpty() ? targets.size() : 0, target);
        }

        @Nullable
        Node find(String path, int start, int end, List<String> labels) {
            if (start > end) {
                return this;
            }
            int slash = path.indexOf('/', start);
            int segmentEnd = slash < 0 || slash > end ? end : slash;
            var literal = literals.get(path.substring(start, segmentEnd));
            if (literal != null) {
                return literal.find(path, segmentEnd + 1, end, labels);
            }
            if (label == null) {
                return null;
            }
            if (label.greedy) {
                return label.findGreedily(path, start, end, labels);
            }
            labels.add(PercentEncoding.decodePath(path.substring(start, segmentEnd)));
            return label.find(path, segmentEnd + 1, end, labels);
        }

        /// The label takes all but a last segment that the API knows.
        private Node findGreedily(String path, int start, int end, List<String> labels) {
            int lastSlash = path.lastIndexOf('/', end - 1);
            if (lastSlash > start) {
                var literal = literals.get(path.substring(lastSlash + 1, end));
                if (literal != null) {
                    labels.add(PercentEncoding.decodePath(path.substring(start, lastSlash)));
                    return literal;
                }
            }
            labels.add(PercentEncoding.decodePath(path.substring(start, end)));
            return this;
        }

        Route route(String method, @Nullable String rawQuery, List<String> labels) {
            var query = rawQuery == null || rawQuery.isEmpty() ? QueryParameters.NONE : null;
            for (var target : targets) {
                if (!target.operation.method().equals(method)) {
                    continue;
                }
                if (!target.operation.query().isEmpty()) {
                    query = query == null ? QueryParameters.parse(rawQuery) : query;
                    if (!target.isMeantBy(query)) {
                        continue;
                    }
                }
                return target.matched(labels);
            }
            return targets.isEmpty()
                    ? new Route.Unknown()
                    : new Route.WrongMethod(targets.stream()
                            .map(t -> t.operation.method())
                            .distinct()
                            .toList());
        }
    }

    /// An operation at the end of a path, with the names of the labels on the way.
    private record Target(ApiOperation operation, List<String> labels) {
        boolean isMeantBy(QueryParameters query) {
            return operation.query().entrySet().stream()
                    .allMatch(q -> q.getValue().equals(query.first(q.getKey())));
        }

        Route.Matched matched(List<String> values) {
            return new Route.Matched(
                    operation,
                    switch (values.size()) {
                        case 0 -> Map.of();
                        case 1 -> Map.of(labels.getFirst(), values.getFirst());
                        default -> byLabel(values);
                    });
        }

        private Map<String, String> byLabel(List<String> values) {
            var parameters = new LinkedHashMap<String, String>();
            for (int i = 0; i < values.size(); i++) {
                parameters.put(labels.get(i), values.get(i));
            }
            return parameters;
        }
    }
}
