package hearth.server;

import hearth.cluster.StoreUrl;
import hearth.cluster.bucket.BucketLocation;
import hearth.control.operation.ControlLimits;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.worker.environment.StreamPace;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxKind;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// The configuration of a server. `./hearth up --help` says the same to users; each option is an environment
/// variable too.
///
/// @param host address to listen on (`--host`, 127.0.0.1)
/// @param port TCP port to listen on; 0 for any that is free (`--port`, 9000)
/// @param publicUrl under which clients reach the server; empty for whatever their requests name (`--public-url`)
/// @param services where S3 and other services are (`--endpoint`, `--s3-endpoint`, and the variables of AWS's clients)
/// @param functionEndpoints whether functions find this server and those services (`--function-endpoints`, on)
/// @param data folder of everything that is kept (`--data`, `~/.hearth`)
/// @param store the PostgreSQL database that is used instead of one in the data folder (`--store`, none)
/// @param objects the bucket that deployment packages are kept in; empty for files of the data folder (`--objects`)
/// @param auth who is let in; addresses other than loopback need `sigv4` (`--auth`, none)
/// @param account of requests whose access key is not an account (`--account-id`, 000000000000)
/// @param sandbox the one kind to use; empty for the strongest that works (`--sandbox`, auto)
/// @param network what functions reach (`--no-internet`, `--allow-network`, `--name-server`)
/// @param poolMemory what booted runtimes may take in all (`--pool-memory`, 256 MiB)
/// @param provisionedShare how much of this host provisioned environments may take, in percent
///     (`--provisioned-share`, 75)
/// @param idleTimeout after how long without an invocation an environment ends (`--idle-timeout`, 10m)
/// @param limits what accounts may have and functions ask for; AWS's, unless said otherwise (`--concurrency`,
///     `--code-storage`, `--package-size`, `--unpacked-size`, `--environment-size`, `--policy-size`,
///     `--function-memory`, `--function-timeout`, `--function-layers`)
/// @param streamPace how fast answers may be streamed (`--stream-rate`, 2 MiB a second)
/// @param roles the parts that this process takes (`--roles`, all)
/// @param loops event loops; one is right unless a core is kept busy by it (`--loops`, 1)
/// @param service how it is run (`--allow-host`, `--drain`)
/// @param cluster the other processes that it works with (`--workers-listen`, `--join`)
/// @param microvm what microVMs are made of and run on, if there are any (`--guest-kernel`, `--guest-images`,
///     `--microvm-monitor`, `--firecracker`, `--jailer`)
/// @param guest the files that go into sandboxes, as the build made them
public record ServerConfig(
        String host,
        int port,
        Optional<URI> publicUrl,
        ServiceEndpoints services,
        boolean functionEndpoints,
        Path data,
        Optional<StoreUrl> store,
        Optional<BucketLocation> objects,
        AuthMode auth,
        AccountId account,
        Optional<SandboxKind> sandbox,
        NetworkPolicy network,
        Bytes poolMemory,
        int provisionedShare,
        Duration idleTimeout,
        ControlLimits limits,
        StreamPace streamPace,
        Set<Role> roles,
        int loops,
        ServiceConfig service,
        ClusterConfig cluster,
        MicrovmConfig microvm,
        Path guest) {
    public ServerConfig {
        roles = Set.copyOf(roles);
    }
}
