package hearth.pollers.kafka;

import hearth.model.filter.RecordSource;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.Status;
import java.util.ArrayList;
import java.util.List;

/// Polls a topic for one function: one member of the mapping's consumer group, in provisioned mode as many as it has
/// pollers at least, but no more than partitions. In the mode `Queue` the group is a share group (`ShareMember`).
///
/// A batch is of one partition. Each partition has one batch at a time, and its order; those of others run beside it.
/// An offset is committed once all before it is done with.
final class KafkaPoller implements Poller {
    private final KafkaRules rules;
    private final KafkaAccess access;
    private final MappingWork work;

    /// Guarded by this, as is `closed`. The first one starts the others.
    private final List<Member> members = new ArrayList<>();

    private boolean closed;

    KafkaPoller(PolledMapping mapping, KafkaServices services, Status status) {
        this.rules = KafkaRules.of(mapping);
        this.access = KafkaAccess.of(mapping, services);
        this.work = new MappingWork(
                mapping,
                rules,
                new KafkaEvent(mapping.source(), access.brokers()),
                mapping.filter(RecordSource.KAFKA),
                services,
                status,
                new PartitionResults(status),
                FailureDestination.of(rules, services, access));
    }

    @Override
    public void begin() {
        startUpTo(rules.shares() ? rules.members() : 1);
    }

    private synchronized void startUpTo(int count) {
        while (!closed && members.size() < count) {
            int index = members.size();
            Member member = rules.shares()
                    ? new ShareMember(work, access, index)
                    : new GroupMember(
                            work, access, index, partitions -> startUpTo(Math.min(rules.members(), partitions)));
            members.add(member);
            member.start();
        }
    }

    private synchronized List<Member> close() {
        closed = true;
        return List.copyOf(members);
    }

    @Override
    public void close(boolean now) throws InterruptedException {
        var all = close();
        all.forEach(Member::close);
        try {
            for (var member : all) {
                member.awaitEnd();
            }
        } catch (InterruptedException e) {
            all.forEach(Member::abandon);
            throw e;
        }
        work.destination().ifPresent(FailureDestination::close);
    }

    /// The order of a partition is kept only by one after the other. A share group has none.
    @Override
    public boolean mayOverlap() {
        return rules.shares();
    }
}
