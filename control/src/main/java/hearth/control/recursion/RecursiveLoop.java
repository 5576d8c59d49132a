package hearth.control.recursion;

import hearth.cluster.FunctionView;
import hearth.cluster.Setting;

/// The end of a function's recursive loop: `Terminate`, or `Allow`.
public final class RecursiveLoop {
    private RecursiveLoop() {}

    public static String of(FunctionView function) {
        return function.setting(Setting.RECURSIVE_LOOP, Setting.WHOLE).orElse("Terminate");
    }
}
