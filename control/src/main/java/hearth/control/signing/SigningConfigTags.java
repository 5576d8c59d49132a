package hearth.control.signing;

import hearth.cluster.SigningConfigRecord;
import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.ResourceArn;
import hearth.control.tags.Taggable;
import java.util.Map;
import java.util.function.UnaryOperator;

/// The tags of code signing configurations.
final class SigningConfigTags implements Taggable {
    private final SigningStore configs;

    SigningConfigTags(SigningStore configs) {
        this.configs = configs;
    }

    @Override
    public String kind() {
        return "code-signing-config";
    }

    @Override
    public Map<String, String> tags(Caller caller, ResourceArn resource, String action) {
        return configs.find(SigningArns.subject(caller, resource.text(), action))
                .map(SigningConfigRecord::tags)
                .orElseThrow(() -> SigningRefusals.notFound(resource.text()));
    }

    @Override
    public void change(Caller caller, ResourceArn resource, String action, UnaryOperator<Map<String, String>> change) {
        var changed = configs.update(
                SigningArns.subject(caller, resource.text(), action),
                before -> before.withTags(change.apply(before.tags())));
        if (changed.isEmpty()) {
            throw SigningRefusals.notFound(resource.text());
        }
    }
}
