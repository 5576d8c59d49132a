package hearth.members;

import hearth.model.worker.MemberId;
import org.apache.pekko.actor.setup.Setup;

/// What those need that Pekko makes by their names.
final class NodeSetup extends Setup {
    private final MemberId id;
    private final long incarnation;
    private final PatientStore store;

    NodeSetup(MemberId id, long incarnation, PatientStore store) {
        this.id = id;
        this.incarnation = incarnation;
        this.store = store;
    }

    MemberId id() {
        return id;
    }

    long incarnation() {
        return incarnation;
    }

    PatientStore store() {
        return store;
    }
}
