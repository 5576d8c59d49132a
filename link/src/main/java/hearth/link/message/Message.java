package hearth.link.message;

import hearth.model.CodeDigest;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import java.util.List;

/// What passes between a frontend and a worker on another host.
public sealed interface Message {
    /// From the frontend: what the worker is to do.
    record Command(WorkerCommand command) implements Message {}

    /// From the worker: what became of it.
    record Event(WorkerEvent event) implements Message {}

    /// From the worker: what became of the keys that functions there sign their requests with.
    sealed interface KeyMessage extends Message {}

    /// A key is good from now on.
    record KeyMade(FunctionKey key) implements KeyMessage {}

    /// Its environment is gone, and with it the key.
    record KeyEnded(String id) implements KeyMessage {}

    /// From a member: which members of the cluster there are, itself among them. A worker connects to all.
    record Members(List<MemberAddress> members) implements Message {
        public Members {
            members = List.copyOf(members);
        }
    }

    /// About the bytes of one deployment package, which a worker has asked for.
    sealed interface PackageMessage extends Message {
        /// Of the request: counts those of one connection.
        long request();
    }

    /// From the worker: it wants a package, or no more than to know what its bytes must have as their digest.
    ///
    /// @param bytes whether it wants the bytes too
    record PackageWanted(long request, CodeDigest digest, boolean bytes) implements PackageMessage {}

    /// From the frontend: the package is there, and its bytes follow if they are wanted.
    ///
    /// @param content the digest of its bytes
    record PackageFound(long request, CodeDigest content) implements PackageMessage {}

    /// From the frontend: some of its bytes.
    ///
    /// @param bytes none behind the last
    record PackagePart(long request, byte[] bytes) implements PackageMessage {}

    /// From the worker: there is room for more.
    ///
    /// @param parts how many of this package were taken in all
    record PackageCredit(long request, long parts) implements PackageMessage {}

    /// From the frontend: the package cannot be had.
    ///
    /// @param missing whether there is none such
    record PackageFailed(long request, boolean missing, String reason) implements PackageMessage {}

    /// From the worker: it wants no more of the package.
    record PackageUnwanted(long request) implements PackageMessage {}
}
