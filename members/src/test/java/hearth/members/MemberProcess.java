package hearth.members;

import hearth.cluster.SharedMembers;
import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardHost;
import hearth.invoke.shards.ShardRequest;
import hearth.link.certificates.MemberCertificate;
import hearth.link.message.Versions;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Scanner;
import java.util.Set;

/// A member as a process of its own, for tests that kill it. Says on its output what becomes of its shards; on its
/// input it is told to leave.
final class MemberProcess {
    private MemberProcess() {}

    /// @param arguments URL of the database, folder of the certificate, port
    public static void main(String[] arguments) throws Exception {
        var address = new HostAndPort("127.0.0.1", Integer.parseInt(arguments[2]));
        try (var store = SharedMembers.open(arguments[0]);
                var members = Members.of(
                        new MembersConfig(address, address, "", "", "", Set.of("frontend"), "1", Versions.OURS),
                        MemberCertificate.read(Path.of(arguments[1])),
                        store.store(),
                        new Random())) {
            members.start(new Telling());
            var input = new Scanner(System.in, StandardCharsets.UTF_8);
            while (input.hasNextLine()) {
                if (input.nextLine().equals("leave")) {
                    System.out.println("left " + members.leave(Duration.ofSeconds(30)));
                    return;
                }
            }
        }
    }

    private static final class Telling implements ShardHost {
        @Override
        public void begin(ShardId shard) {
            System.out.println("begin " + shard);
        }

        @Override
        public void end(ShardId shard) {
            System.out.println("end " + shard);
        }

        @Override
        public void received(ShardRequest request) {}

        @Override
        public void received(ShardAnswer answer) {}

        @Override
        public void parted() {}

        @Override
        public void membersChanged(Set<MemberId> up) {}
    }
}
