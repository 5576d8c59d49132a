package hearth.cluster;

import com.fasterxml.jackson.core.JsonParser;
import hearth.model.api.ApiShape;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.ProvisionedConcurrencyConfigListItem;
import java.io.IOException;
import java.util.function.Function;

/// A kind of setting that a function can have beside its configuration, as a whole or for one version or alias.
///
/// @param <T> what is set
public final class Setting<T> {
    /// The qualifier of what is set of a function as a whole.
    public static final String WHOLE = "";

    /// Reserved concurrency: how many invocations of the function may run at once, which no other can use up.
    public static final Setting<Integer> RESERVED_CONCURRENCY =
            new Setting<>("reserved-concurrency", String::valueOf, Integer::valueOf);

    /// Provisioned concurrency: for how many invocations of a version or an alias environments are kept ready.
    public static final Setting<ProvisionedConcurrencyConfigListItem> PROVISIONED_CONCURRENCY =
            structure("provisioned-concurrency", ProvisionedConcurrencyConfigListItem::read);

    /// How asynchronous invocations of a version or an alias are treated, that of `$LATEST` under its name.
    public static final Setting<FunctionEventInvokeConfig> EVENT_INVOKE_CONFIG =
            structure("event-invoke-config", FunctionEventInvokeConfig::read);

    /// The resource policy of the whole function, a version or an alias, as the API shows it.
    public static final Setting<String> POLICY = text("policy");

    /// What becomes of a function in a recursive loop: `Terminate`, or `Allow`.
    public static final Setting<String> RECURSIVE_LOOP = text("recursive-loop");

    private final String kind;
    private final Function<T, String> write;
    private final Function<String, T> read;

    private Setting(String kind, Function<T, String> write, Function<String, T> read) {
        this.kind = kind;
        this.write = write;
        this.read = read;
    }

    /// A text that the store does not look into.
    public static Setting<String> text(String kind) {
        return new Setting<>(kind, Function.identity(), Function.identity());
    }

    /// A structure of the API.
    ///
    /// @param read its own `read`
    public static <T extends ApiShape> Setting<T> structure(String kind, Reader<T> read) {
        return new Setting<>(kind, Documents::of, document -> Documents.read(document, read));
    }

    /// Reads a structure of the API.
    @FunctionalInterface
    public interface Reader<T> {
        T read(JsonParser json) throws IOException;
    }

    String kind() {
        return kind;
    }

    String document(T value) {
        return write.apply(value);
    }

    T value(String document) {
        return read.apply(document);
    }

    @Override
    public String toString() {
        return kind;
    }
}
