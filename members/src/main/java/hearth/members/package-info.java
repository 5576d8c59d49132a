/// The members of a cluster: who is there, which of them owns which shard, and how they speak to each other. Apache
/// Pekko does it, with a store in PostgreSQL for finding each other and for deciding which part goes on when the
/// cluster is parted. Loaded only by a server that is to be a member.
@NullMarked
package hearth.members;

import org.jspecify.annotations.NullMarked;
