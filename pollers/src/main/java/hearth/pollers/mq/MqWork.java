package hearth.pollers.mq;

import hearth.model.filter.RecordFilter;
import hearth.pollers.PolledMapping;
import hearth.pollers.Status;
import java.util.concurrent.CountDownLatch;

/// What all connections and batches of one mapping have in common.
///
/// @param closed counted down once nothing more is to be taken
record MqWork(
        PolledMapping mapping,
        MqRules rules,
        RecordFilter filter,
        MqServices services,
        Status status,
        CountDownLatch closed) {
    boolean isClosed() {
        return closed.getCount() == 0;
    }
}
