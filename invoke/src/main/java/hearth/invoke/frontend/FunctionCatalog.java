package hearth.invoke.frontend;

import hearth.model.FunctionId;
import java.util.List;

/// Which functions there are to be read ahead. Each method blocks, and throws when the store cannot be asked.
public interface FunctionCatalog {
    /// The functions that changed last, the last first.
    List<FunctionId> changedLast(int most);

    /// The qualifiers by which a function is most likely invoked: `$LATEST`, then aliases, then versions, of which the
    /// newest. None if there is no such function.
    List<String> qualifiers(FunctionId function, int aliases, int versions);
}
