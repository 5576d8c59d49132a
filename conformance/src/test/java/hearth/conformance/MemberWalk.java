package hearth.conformance;

import hearth.conformance.ApiModel.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The members of requests, down to those that hold no others: `Layers[]` is a list's element, `Tags{}` a map.
final class MemberWalk {
    private final ApiModel model;

    MemberWalk(ApiModel model) {
        this.model = model;
    }

    List<String> of(Operation operation) {
        var found = new ArrayList<String>();
        operation.input().ifPresent(input -> members(input, "", new HashSet<>(), found));
        return found;
    }

    /// A structure within itself is not followed for ever.
    private void members(String structure, String path, Set<String> within, List<String> found) {
        if (!within.add(structure)) {
            return;
        }
        for (var member : model.members(structure)) {
            value(member.shape(), path + member.name(), within, found);
        }
        within.remove(structure);
    }

    private void value(String shape, String path, Set<String> within, List<String> found) {
        switch (model.type(shape)) {
            case "structure" -> members(shape, path + ".", within, found);
            case "list" -> value(ValidRequests.shapeOf(model.shape(shape), "member"), path + "[]", within, found);
            case "map" -> found.add(path + "{}");
            default -> found.add(path);
        }
    }
}
