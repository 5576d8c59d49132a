package hearth.members;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.Set;

/// How Pekko is to be: few threads, no exit of the JVM by it, no Java serialization, TLS, and the times of `Timing`.
final class PekkoSettings {
    private static final String SETTINGS = """
            pekko {
              loggers = ["hearth.members.PekkoLog"]
              loglevel = WARNING
              stdout-loglevel = OFF
              log-dead-letters = off
              jvm-exit-on-fatal-error = off
              jvm-shutdown-hooks = off
              java-flight-recorder.enabled = off
              daemonic = on
              coordinated-shutdown {
                run-by-jvm-shutdown-hook = off
                run-by-actor-system-terminate = off
                exit-jvm = off
                phases.cluster-sharding-shutdown-region.timeout = 5s
                phases.cluster-exiting.timeout = 5s
              }
              actor {
                provider = cluster
                allow-java-serialization = off
                serializers.hearth = "hearth.members.WireSerializer"
                serialization-bindings {
                  "hearth.members.wire.WireMessage" = hearth
                  "hearth.members.wire.Spoken" = hearth
                }
                default-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-max = 2 }
                internal-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-max = 2 }
              }
              remote {
                default-remote-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-max = 2 }
                artery {
                  transport = tls-tcp
                  advanced {
                    inbound-lanes = 1
                    outbound-lanes = 1
                    maximum-frame-size = 1 MiB
                    buffer-pool-size = 8
                    handshake-retry-interval = 300ms
                    outbound-restart-backoff = 300ms
                    tcp.connection-timeout = 2s
                  }
                }
              }
              cluster {
                jmx.enabled = off
                log-info = off
                seed-node-timeout = 1s
                retry-unsuccessful-join-after = 1s
                allow-weakly-up-members = off
                periodic-tasks-initial-delay = 200ms
                leader-actions-interval = 200ms
                unreachable-nodes-reaper-interval = 100ms
                quarantine-removed-node-after = 1s
                failure-detector.implementation-class = "org.apache.pekko.remote.DeadlineFailureDetector"
                downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
                split-brain-resolver {
                  active-strategy = lease-majority
                  down-all-when-unstable = 20s
                  lease-majority {
                    lease-implementation = "hearth-majority"
                    acquire-lease-delay-for-minority = 1s
                    release-after = 1s
                  }
                }
                distributed-data {
                  gossip-interval = 500ms
                  notify-subscribers-interval = 100ms
                }
                singleton {
                  hand-over-retry-interval = 200ms
                }
                singleton-proxy.singleton-identification-interval = 200ms
                sharding {
                  remember-entities = off
                  state-store-mode = ddata
                  passivation.strategy = none
                  retry-interval = 400ms
                  coordinator-failure-backoff = 1s
                  rebalance-interval = 1500ms
                  handoff-timeout = 10s
                  waiting-for-state-timeout = 1s
                  updating-state-timeout = 2s
                  least-shard-allocation-strategy { rebalance-absolute-limit = 16, rebalance-relative-limit = 0.5 }
                  coordinator-state { write-majority-plus = 0, read-majority-plus = 0 }
                  distributed-data { durable.keys = [], majority-min-cap = 1 }
                }
              }
            }
            hearth-majority {
              lease-class = "hearth.members.MajorityLease"
              heartbeat-timeout = 120s
              heartbeat-interval = 12s
              lease-operation-timeout = 2s
            }
            """;

    private PekkoSettings() {}

    static Config of(MembersConfig config, Set<String> description, Timing timing) {
        var settings = ConfigFactory.parseString(SETTINGS);
        settings = with(settings, "pekko.cluster.roles", description);
        settings = with(
                settings,
                "pekko.remote.artery.canonical.hostname",
                config.address().host());
        settings = with(
                settings, "pekko.remote.artery.canonical.port", config.address().port());
        settings = with(
                settings, "pekko.remote.artery.bind.hostname", config.listen().host());
        settings =
                with(settings, "pekko.remote.artery.bind.port", config.listen().port());
        settings = with(settings, "pekko.cluster.gossip-interval", timing.gossip());
        settings = with(settings, "pekko.cluster.failure-detector.heartbeat-interval", timing.heartbeat());
        settings = with(settings, "pekko.cluster.failure-detector.acceptable-heartbeat-pause", timing.pause());
        settings = with(settings, "pekko.cluster.split-brain-resolver.stable-after", timing.stable());
        settings = with(settings, "pekko.cluster.down-removal-margin", timing.margin());
        // Neither files nor properties of the process may say otherwise.
        return settings.withFallback(ConfigFactory.defaultReference(PekkoSettings.class.getClassLoader()))
                .resolve();
    }

    private static Config with(Config settings, String path, Object value) {
        return settings.withValue(path, ConfigValueFactory.fromAnyRef(value));
    }

    private static Config with(Config settings, String path, Duration value) {
        return with(settings, path, value.toMillis() + "ms");
    }
}
