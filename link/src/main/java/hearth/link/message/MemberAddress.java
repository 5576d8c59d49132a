package hearth.link.message;

import hearth.model.worker.MemberId;

/// Where a member of the cluster listens for workers.
///
/// @param member the name of its certificate
public record MemberAddress(MemberId member, String host, int port) {}
