package hearth.pollers.streams;

import hearth.pollers.Status;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the shards of one mapping say of their stream: it answers only when it answers all of them.
final class SharedStatus {
    private final Status status;

    /// Guarded by this.
    private final Map<String, String> failing = new LinkedHashMap<>();

    SharedStatus(Status status) {
        this.status = status;
    }

    /// @param what that was asked for: a shard, or the list of them
    synchronized void fails(String what, String why) {
        failing.put(what, why);
        status.sourceFails(failing.values().iterator().next());
    }

    synchronized void answers(String what) {
        failing.remove(what);
        if (failing.isEmpty()) {
            status.sourceAnswers();
        }
    }

    /// @param words beside how it goes; empty for none
    void remarks(String words) {
        status.remarks(words);
    }

    void functionCannotRun(String why) {
        status.functionCannotRun(why);
    }

    void functionRuns() {
        status.functionRuns();
    }

    void succeeded() {
        status.went("OK");
    }

    void failed() {
        status.went("PROBLEM: Function call failed");
    }
}
