package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.cluster.StoreUrl;
import hearth.cluster.bucket.BucketLocation;
import hearth.control.operation.ControlLimits;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.code.PackageLimits;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.pollers.documentdb.ClusterUrl;
import hearth.pollers.mq.BrokerUrls;
import hearth.pollers.mq.Engine;
import hearth.server.AuthMode;
import hearth.server.ClusterConfig;
import hearth.server.HostPort;
import hearth.server.Role;
import hearth.server.ServerConfig;
import hearth.server.ServiceConfig;
import hearth.server.SourcesConfig;
import hearth.server.metrics.MetricsConfig;
import hearth.server.records.RecordsConfig;
import hearth.server.urls.UrlSuffix;
import hearth.worker.environment.StreamPace;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.microvm.MonitorKind;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxKind;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpCommandTest {
    @Test
    void hasADefaultForEachSetting() {
        assertThat(config(Map.of()))
                .isEqualTo(new ServerConfig(
                        "127.0.0.1",
                        9000,
                        Optional.empty(),
                        ServiceEndpoints.NONE,
                        true,
                        Path.of(System.getProperty("user.home"), ".hearth"),
                        Optional.empty(),
                        Optional.empty(),
                        AuthMode.NONE,
                        new AccountId("000000000000"),
                        Optional.empty(),
                        new NetworkPolicy(true, List.of(), List.of()),
                        Bytes.mebibytes(256),
                        75,
                        Duration.ofMinutes(10),
                        ControlLimits.DEFAULT,
                        StreamPace.AWS,
                        EnumSet.allOf(Role.class),
                        1,
                        ServiceConfig.DEFAULT,
                        ClusterConfig.NONE,
                        MicrovmConfig.USUAL,
                        Guest.folder()));
    }

    @Test
    void takesEachSettingFromTheCommandLine() {
        var words = "--host 0.0.0.0 --port=80 --public-url https://lambda.example.com/ --s3-endpoint"
                + " http://localhost:9001 --endpoint sqs=http://localhost:9324 --function-endpoints off --data /srv/hearth"
                + " --store postgresql://ops@db:6432/hearth"
                + " --objects s3://packages/hearth?region=eu-west-1"
                + " --auth sigv4 --account-id 123456789012 --sandbox bubblewrap --allow-network 10.1.0.0/16"
                + " --allow-network=192.168.7.9 --name-server 10.1.0.2 --pool-memory 7 --provisioned-share 50"
                + " --idle-timeout 90s --concurrency 5 --code-storage 9 --function-memory 512 --package-size 60"
                + " --unpacked-size 300 --environment-size 8 --policy-size 30 --function-timeout 3600 --function-layers 7"
                + " --stream-rate 100 --roles control --loops 2 --allow-host hearth.test --allow-host=*.example.com"
                + " --url-suffix https://fn.example.com:8443 --drain 2m --access-log off --audit-log off --record-size 2"
                + " --record-files 9 --metrics off --metrics-functions 7 --retry-base 3s --secret arn:aws:secretsmanager:eu-west-1:1:secret:a=/srv/a.json --secret arn:b=/srv/b.json --kafka-brokers arn:c=h1:9092,h2:9092 --broker arn:d=failover:(ssl://h1:61617,ssl://h2:61617?a=b)?c=d --broker arn:e=amqps://h3 --document-db arn:f=mongodb://h1:27017,h2:27017/?replicaSet=rs0&tls=true --cluster-listen 10.0.0.1:9300 --workers-listen [::1]:9100 --join host1:9200,[::1]:9300 --zone a --worker-id host2"
                + " --cluster-certificates /etc/hearth/cluster --guest-kernel /srv/kernel --guest-images /srv/images"
                + " --microvm-monitor firecracker --firecracker /srv/firecracker --jailer /srv/jailer";

        assertThat(config(Map.of(), words.split(" "))).isEqualTo(CHANGED);
    }

    @Test
    void takesEachSettingFromTheEnvironment() {
        assertThat(config(Map.ofEntries(
                        Map.entry("HEARTH_HOST", "0.0.0.0"),
                        Map.entry("HEARTH_PORT", "80"),
                        Map.entry("HEARTH_PUBLIC_URL", "https://lambda.example.com"),
                        Map.entry("HEARTH_S3_ENDPOINT", "http://localhost:9001"),
                        Map.entry("HEARTH_ENDPOINT", "sqs=http://localhost:9324"),
                        Map.entry("HEARTH_FUNCTION_ENDPOINTS", "off"),
                        Map.entry("HEARTH_DATA", "/srv/hearth"),
                        Map.entry("HEARTH_STORE", "postgresql://ops@db:6432/hearth"),
                        Map.entry("HEARTH_OBJECTS", "s3://packages/hearth?region=eu-west-1"),
                        Map.entry("HEARTH_AUTH", "sigv4"),
                        Map.entry("HEARTH_ACCOUNT_ID", "123456789012"),
                        Map.entry("HEARTH_SANDBOX", "bubblewrap"),
                        Map.entry("HEARTH_ALLOW_NETWORK", "10.1.0.0/16, 192.168.7.9"),
                        Map.entry("HEARTH_NAME_SERVER", "10.1.0.2"),
                        Map.entry("HEARTH_POOL_MEMORY", "7"),
                        Map.entry("HEARTH_PROVISIONED_SHARE", "50"),
                        Map.entry("HEARTH_IDLE_TIMEOUT", "90s"),
                        Map.entry("HEARTH_CONCURRENCY", "5"),
                        Map.entry("HEARTH_CODE_STORAGE", "9"),
                        Map.entry("HEARTH_FUNCTION_MEMORY", "512"),
                        Map.entry("HEARTH_PACKAGE_SIZE", "60"),
                        Map.entry("HEARTH_UNPACKED_SIZE", "300"),
                        Map.entry("HEARTH_ENVIRONMENT_SIZE", "8"),
                        Map.entry("HEARTH_POLICY_SIZE", "30"),
                        Map.entry("HEARTH_FUNCTION_TIMEOUT", "3600"),
                        Map.entry("HEARTH_FUNCTION_LAYERS", "7"),
                        Map.entry("HEARTH_STREAM_RATE", "100"),
                        Map.entry("HEARTH_ROLES", "control"),
                        Map.entry("HEARTH_LOOPS", "2"),
                        Map.entry("HEARTH_ALLOW_HOST", "hearth.test,*.example.com"),
                        Map.entry("HEARTH_URL_SUFFIX", "https://fn.example.com:8443"),
                        Map.entry("HEARTH_DRAIN", "2m"),
                        Map.entry("HEARTH_ACCESS_LOG", "off"),
                        Map.entry("HEARTH_AUDIT_LOG", "off"),
                        Map.entry("HEARTH_RECORD_SIZE", "2"),
                        Map.entry("HEARTH_RECORD_FILES", "9"),
                        Map.entry("HEARTH_METRICS", "off"),
                        Map.entry("HEARTH_METRICS_FUNCTIONS", "7"),
                        Map.entry("HEARTH_RETRY_BASE", "3s"),
                        Map.entry(
                                "HEARTH_SECRET",
                                "arn:aws:secretsmanager:eu-west-1:1:secret:a=/srv/a.json,arn:b=/srv/b.json"),
                        Map.entry("HEARTH_KAFKA_BROKERS", "arn:c=h1:9092,h2:9092"),
                        Map.entry(
                                "HEARTH_BROKER",
                                "arn:d=failover:(ssl://h1:61617,ssl://h2:61617?a=b)?c=d,arn:e=amqps://h3"),
                        Map.entry("HEARTH_DOCUMENT_DB", "arn:f=mongodb://h1:27017,h2:27017/?replicaSet=rs0&tls=true"),
                        Map.entry("HEARTH_CLUSTER_LISTEN", "10.0.0.1:9300"),
                        Map.entry("HEARTH_WORKERS_LISTEN", "[::1]:9100"),
                        Map.entry("HEARTH_JOIN", "host1:9200,[::1]:9300"),
                        Map.entry("HEARTH_ZONE", "a"),
                        Map.entry("HEARTH_WORKER_ID", "host2"),
                        Map.entry("HEARTH_CLUSTER_CERTIFICATES", "/etc/hearth/cluster"),
                        Map.entry("HEARTH_GUEST_KERNEL", "/srv/kernel"),
                        Map.entry("HEARTH_GUEST_IMAGES", "/srv/images"),
                        Map.entry("HEARTH_MICROVM_MONITOR", "firecracker"),
                        Map.entry("HEARTH_FIRECRACKER", "/srv/firecracker"),
                        Map.entry("HEARTH_JAILER", "/srv/jailer"))))
                .isEqualTo(CHANGED);
    }

    private static final ServerConfig CHANGED = new ServerConfig(
            "0.0.0.0",
            80,
            Optional.of(URI.create("https://lambda.example.com")),
            ServiceEndpoints.NONE.with(List.of("sqs=http://localhost:9324", "s3=http://localhost:9001")),
            false,
            Path.of("/srv/hearth"),
            Optional.of(StoreUrl.parse("postgresql://ops@db:6432/hearth")),
            Optional.of(BucketLocation.parse("s3://packages/hearth?region=eu-west-1")),
            AuthMode.SIGV4,
            new AccountId("123456789012"),
            Optional.of(SandboxKind.BUBBLEWRAP),
            new NetworkPolicy(true, List.of("10.1.0.0/16", "192.168.7.9"), List.of("10.1.0.2")),
            Bytes.mebibytes(7),
            50,
            Duration.ofSeconds(90),
            new ControlLimits(
                    5,
                    Bytes.mebibytes(9 << 10),
                    PackageLimits.DIRECT_UPLOAD.withZipped(Bytes.mebibytes(60)).withUnzipped(Bytes.mebibytes(300)),
                    new Bytes(8 << 10),
                    Bytes.mebibytes(512),
                    Duration.ofHours(1),
                    7,
                    new Bytes(30 << 10)),
            new StreamPace(Bytes.mebibytes(6), Bytes.mebibytes(100)),
            EnumSet.of(Role.CONTROL),
            2,
            new ServiceConfig(
                    Set.of("hearth.test", "*.example.com"),
                    Optional.of(new UrlSuffix("https", "fn.example.com", ":8443")),
                    Duration.ofMinutes(2),
                    new RecordsConfig(false, false, Bytes.mebibytes(2), 9),
                    new MetricsConfig(false, 7),
                    Duration.ofSeconds(3),
                    new SourcesConfig(
                            Map.of(
                                    "arn:aws:secretsmanager:eu-west-1:1:secret:a",
                                    Path.of("/srv/a.json"),
                                    "arn:b",
                                    Path.of("/srv/b.json")),
                            Map.of("arn:c", "h1:9092,h2:9092"),
                            Map.of(
                                    "arn:d",
                                    new BrokerUrls(Engine.ACTIVEMQ, List.of("ssl://h1:61617", "ssl://h2:61617?a=b")),
                                    "arn:e",
                                    new BrokerUrls(Engine.RABBITMQ, List.of("amqps://h3"))),
                            Map.of("arn:f", new ClusterUrl("mongodb://h1:27017,h2:27017/?replicaSet=rs0&tls=true")))),
            new ClusterConfig(
                    Optional.of(new HostPort("10.0.0.1", 9300)),
                    Optional.of(new HostPort("::1", 9100)),
                    List.of(new HostPort("host1", 9200), new HostPort("::1", 9300)),
                    "a",
                    "host2",
                    Optional.of(Path.of("/etc/hearth/cluster"))),
            new MicrovmConfig(
                    Path.of("/srv/kernel"),
                    Path.of("/srv/images"),
                    Optional.of(MonitorKind.FIRECRACKER),
                    Optional.of(Path.of("/srv/firecracker")),
                    Optional.of(Path.of("/srv/jailer"))),
            Guest.folder());

    @Test
    void keepsPackagesInABucketOfAServerWhoseKeysItIsGiven() {
        var keys = Map.of("AWS_ACCESS_KEY_ID", "hearth", "AWS_SECRET_ACCESS_KEY", "secret");

        assertThat(config(keys, "--objects", BucketLocation.EXAMPLE).objects())
                .contains(BucketLocation.parse(BucketLocation.EXAMPLE));
        assertThatThrownBy(() -> config(Map.of(), "--objects", BucketLocation.EXAMPLE))
                .isInstanceOf(UsageException.class)
                .hasMessage("--objects needs the credentials of s3://packages/hearth at http://127.0.0.1:9000: set"
                        + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        assertThatThrownBy(() -> config(keys, "--objects", "packages"))
                .isInstanceOf(UsageException.class)
                .hasMessage("--objects is such as " + BucketLocation.EXAMPLE + ", and not packages");
    }

    @Test
    void letsFunctionsReachNothing() {
        assertThat(config(Map.of(), "--no-internet").network()).isEqualTo(NetworkPolicy.closed());
        assertThat(config(Map.of("HEARTH_NO_INTERNET", "true")).network()).isEqualTo(NetworkPolicy.closed());
        assertThat(config(Map.of("HEARTH_NO_INTERNET", "1")).network()).isEqualTo(NetworkPolicy.closed());
        assertThat(config(Map.of("HEARTH_NO_INTERNET", "off")).network().internet())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"db", "mysql://db/hearth", "postgresql://ops:secret@db"})
    void namesTheOptionOfADatabaseThatIsNone(String url) {
        assertThatThrownBy(() -> config(Map.of(), "--store", url))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--store ")
                .hasMessageContaining("postgresql://")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("secret"));
    }

    @Test
    void knowsEndpointsAsAwsClientsAreToldThem() {
        var told = Map.of("AWS_ENDPOINT_URL", "http://localhost:4566", "AWS_ENDPOINT_URL_S3", "http://localhost:9001");

        var services = config(told, "--endpoint", "s3=http://minio:1", "--endpoint", "logs=http://logs:2")
                .services();

        assertThat(services.variables())
                .containsEntry("AWS_ENDPOINT_URL", URI.create("http://localhost:4566"))
                .containsEntry("AWS_ENDPOINT_URL_S3", URI.create("http://minio:1"))
                .containsEntry("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", URI.create("http://logs:2"));
        assertThatThrownBy(() -> config(Map.of("AWS_ENDPOINT_URL_S3", "localhost")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("AWS_ENDPOINT_URL_S3");
    }

    @Test
    void prefersTheCommandLineToTheEnvironment() {
        assertThat(config(Map.of("HEARTH_PORT", "80"), "--port", "81").port()).isEqualTo(81);
        assertThat(config(Map.of("HEARTH_NAME_SERVER", "1.1.1.1"), "--name-server", "9.9.9.9")
                        .network()
                        .nameServers())
                .containsExactly("9.9.9.9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--unknown",
                "--port",
                "--port x",
                "--port 65536",
                "--port -1",
                "--public-url lambda.example.com",
                "--public-url ftp://lambda.example.com",
                "--public-url https://lambda.example.com?a",
                "--public-url https:///",
                "--s3-endpoint s3",
                "--s3-endpoint http://a --endpoint s3=http://b",
                "--endpoint http://localhost:9001",
                "--endpoint sqs=localhost:9324",
                "--endpoint lambda=http://localhost:9324",
                "--function-endpoints maybe",
                "--auth maybe",
                "--account-id 12345",
                "--sandbox docker",
                "--idle-timeout 10",
                "--idle-timeout 0s",
                "--concurrency 0",
                "--code-storage 0",
                "--function-memory 127",
                "--loops 0",
                "--roles king",
                "--no-internet=yes",
                "--no-internet --allow-network 10.0.0.0/8",
                "--allow-network",
                "--allow-network 10.1.2.3/16",
                "--allow-network 10.0.0.0/33",
                "--allow-network 10.0.0.0/8}",
                "--allow-network fd00::/8",
                "--allow-network db.example.com",
                "--name-server 1.2.3",
                "--name-server 1.2.3.256",
                "--name-server ::1",
                "--allow-host http://hearth.test",
                "--allow-host hearth.test:9000",
                "--allow-host 10.0.0.1:9000",
                "--drain 5",
                "--access-log yes",
                "--record-files 0",
                "--workers-listen 9100",
                "--workers-listen host1",
                "--cluster-listen 9200",
                "--join host1:99999",
                "--join host1:9100,",
                "--join http://host1:9100",
                "stray"
            })
    void refusesWhatItDoesNotKnow(String words) {
        assertThatThrownBy(() -> config(Map.of(), words.split(" "))).isInstanceOf(UsageException.class);
    }

    @Test
    void warnsOfSettingsInTheEnvironmentThatItDoesNotKnow() {
        assertThat(Settings.unknown(Map.of("HEARTH_PORT", "1", "PATH", "/bin", "HEARTH_LOG_LEVEL", "debug")))
                .isEmpty();
        assertThat(Settings.unknown(Map.of("HEARTH_IDEL_TIMEOUT", "1m", "HEARTH_NOTHING_LIKE_IT", "1")))
                .containsExactly(
                        "there is no setting HEARTH_IDEL_TIMEOUT, and it changes nothing. Did you mean"
                                + " HEARTH_IDLE_TIMEOUT?",
                        "there is no setting HEARTH_NOTHING_LIKE_IT, and it changes nothing.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--cluster-listen 0.0.0.0:9200",
                "--cluster-listen [::]:9200",
                "--cluster-listen [0:0:0:0:0:0:0:0]:9200",
                "--cluster-listen 10.0.0.1:0",
                "--cluster-listen 127.0.0.1:0",
                "--workers-listen 0.0.0.0:9100 --cluster-listen 10.0.0.1:9200",
                "--workers-listen [::]:9100 --cluster-listen 10.0.0.1:9200"
            })
    void refusesAddressesThatOthersAreToldAndCannotUse(String words) {
        var option = words.substring(0, words.indexOf(' '));
        assertThatThrownBy(() -> config(Map.of(), words.split(" ")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(option + " ")
                .hasMessageContaining("such as ");
    }

    /// A port that is free is told once it is known. Workers of a frontend that is no member name its address
    /// themselves.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--workers-listen 10.0.0.1:0 --cluster-listen 10.0.0.1:9200",
                "--workers-listen 127.0.0.1:0 --cluster-listen 127.0.0.1:9200",
                "--workers-listen 0.0.0.0:9100",
                "--workers-listen [::]:0",
                "--workers-listen host1:9100 --cluster-listen host1:9200"
            })
    void takesAddressesThatCanBeUsed(String words) throws Exception {
        assertThat(config(Map.of(), words.split(" ")).cluster().workersListen()).isPresent();
    }

    @Test
    void saysWhichOptionWasMeant() {
        assertThatThrownBy(() -> config(Map.of(), "--idletimeout", "1m"))
                .isInstanceOf(UsageException.class)
                .hasMessage("there is no option --idletimeout. Did you mean --idle-timeout?");
    }

    @Test
    void findsItsDataFolderInTheHomeOfTheEnvironment() {
        assertThat(config(Map.of("HOME", "/home/else")).data()).isEqualTo(Path.of("/home/else/.hearth"));
        assertThat(config(Map.of("HOME", "")).data()).isEqualTo(Path.of(System.getProperty("user.home"), ".hearth"));
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "30s,PT30S", "10m,PT10M", "2h,PT2H", "7d,PT168H"})
    void readsDurations(String text, Duration duration) {
        assertThat(config(Map.of(), "--idle-timeout", text).idleTimeout()).isEqualTo(duration);
    }

    @Test
    void explainsEachOption() {
        assertThat(UpCommand.COMMAND.help())
                .contains(
                        "--port PORT",
                        "(9000)",
                        "--no-internet",
                        "--allow-network CIDR",
                        "--idle-timeout TIME",
                        "(10m)");
    }

    private static ServerConfig config(Map<String, String> environment, String... words) {
        return UpCommand.config(Arguments.parse(UpCommand.COMMAND, List.of(words), environment));
    }
}
