package hearth.members;

import java.time.Duration;

/// What the times of a cluster have to do with each other: the numbers, and why nobody takes over from a member
/// that takes itself for an owner.
///
/// A member that the others do not hear is taken for lost after `silence`, by each of them from when it heard it
/// last. Then nothing may have changed for `stable` before one of them decides, and what it decides waits `margin`
/// until another owner begins. A ping of the member's that a majority answers at a time t0 or later shows that they
/// had heard it and took it for reachable then; so no other owner begins before t0 + silence + stable + margin, and
/// the member believes in itself until t0 + `trust`, which is less than the first two together. The rest is for
/// clocks that go differently, and for what is heard a little later than sent.
///
/// What this does not cover: pings and heartbeats go over two connections of the same pair. Where only that of the
/// heartbeats fails, the members do not answer any more as soon as they take the sender for lost, or hear that
/// others do: `gossip` is allowed for that.
///
/// @param heartbeat how often members tell each other that they are there
/// @param pause how long beyond that nothing need be heard
/// @param stable how long nothing changed before it is decided who goes on
/// @param margin between that decision and what follows from it
/// @param gossip how often members tell each other what they know
/// @param ping how often a member asks all others whether they reach it
/// @param trust how long an answer lets a member be certain
record Timing(
        Duration heartbeat,
        Duration pause,
        Duration stable,
        Duration margin,
        Duration gossip,
        Duration ping,
        Duration trust) {
    static final Timing USUAL = new Timing(
            Duration.ofMillis(400),
            Duration.ofMillis(1400),
            Duration.ofMillis(900),
            Duration.ofMillis(300),
            Duration.ofMillis(200),
            Duration.ofMillis(300),
            Duration.ofMillis(2300));

    Timing {
        if (trust.compareTo(heartbeat.plus(pause).plus(stable).minus(gossip.multipliedBy(2))) > 0) {
            throw new IllegalArgumentException(
                    "A member would take itself for an owner for %d ms, when another may begin after %d"
                            .formatted(
                                    trust.toMillis(),
                                    heartbeat.plus(pause).plus(stable).toMillis()));
        }
        if (ping.multipliedBy(4).compareTo(trust) > 0) {
            throw new IllegalArgumentException("A ping that is lost may not end a member's certainty");
        }
    }

    /// After which a member that is not heard is taken for lost.
    Duration silence() {
        return heartbeat.plus(pause);
    }
}
