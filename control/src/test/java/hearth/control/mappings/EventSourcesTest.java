package hearth.control.mappings;

import static hearth.control.mappings.MappingDesk.BROKER;
import static hearth.control.mappings.MappingDesk.CLUSTER;
import static hearth.control.mappings.MappingDesk.DATABASE;
import static hearth.control.mappings.MappingDesk.QUEUE;
import static hearth.control.mappings.MappingDesk.STREAM;
import static hearth.control.mappings.MappingDesk.TABLE;
import static hearth.control.mappings.MappingDesk.reading;
import static hearth.control.mappings.MappingDesk.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.AmazonManagedKafkaEventSourceConfig;
import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.DestinationConfig;
import hearth.model.api.DocumentDBEventSourceConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.EventSourceMappingLoggingConfig;
import hearth.model.api.EventSourceMappingMetricsConfig;
import hearth.model.api.Filter;
import hearth.model.api.FilterCriteria;
import hearth.model.api.KafkaSchemaRegistryConfig;
import hearth.model.api.OnFailure;
import hearth.model.api.OnSuccess;
import hearth.model.api.ProvisionedPollerConfig;
import hearth.model.api.ScalingConfig;
import hearth.model.api.SelfManagedEventSource;
import hearth.model.api.SelfManagedKafkaEventSourceConfig;
import hearth.model.api.SourceAccessConfiguration;
import hearth.model.api.UpdateEventSourceMappingRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What each kind of source takes, fills in and refuses. Members of an answer may be absent by their type; one that is
/// missing fails the test.
@NullUnmarked
class EventSourcesTest {
    private static final String DEAD_LETTERS = "arn:aws:sqs:eu-north-1:123456789012:dead";
    private static final List<SourceAccessConfiguration> SECRET = List.of(access("BASIC_AUTH", "arn:secret"));

    @TempDir
    private Path data;

    private Desk desk;
    private MappingDesk mappings;

    @BeforeEach
    void open() {
        desk = new Desk(data);
        mappings = new MappingDesk(desk);
        desk.createActive("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void aQueueHasNeitherAPlaceToStartNorRetriesOfItsOwn() {
        var created = mappings.create(reading(QUEUE));

        assertThat(created)
                .isEqualTo(common(created)
                        .eventSourceArn(QUEUE)
                        .batchSize(10)
                        .maximumBatchingWindowInSeconds(0)
                        .functionResponseTypes(List.of())
                        .stateTransitionReason("USER_INITIATED")
                        .build());
    }

    @Test
    void aStreamHasAllThatTellsHowItIsRead() {
        for (var source : List.of(STREAM, STREAM + "/consumer/fast:1", TABLE)) {
            var created = mappings.create(reading(source).startingPosition("TRIM_HORIZON"));

            assertThat(created)
                    .isEqualTo(common(created)
                            .eventSourceArn(source)
                            .startingPosition("TRIM_HORIZON")
                            .batchSize(100)
                            .maximumBatchingWindowInSeconds(0)
                            .parallelizationFactor(1)
                            .destinationConfig(DestinationConfig.builder()
                                    .onFailure(OnFailure.builder().build())
                                    .build())
                            .maximumRecordAgeInSeconds(-1)
                            .maximumRetryAttempts(-1)
                            .bisectBatchOnFunctionError(false)
                            .tumblingWindowInSeconds(0)
                            .functionResponseTypes(List.of())
                            .lastProcessingResult("No records processed")
                            .stateTransitionReason("User action")
                            .build());
        }
    }

    @Test
    void aClusterOfKafkaHasAConsumerGroup() {
        var managed = mappings.create(kafka());
        var own = mappings.create(ownKafka("kafka:1000"));
        var named = mappings.create(kafka().topics(List.of("other"))
                .amazonManagedKafkaEventSourceConfig(AmazonManagedKafkaEventSourceConfig.builder()
                        .consumerGroupId("mine")
                        .build()));

        assertThat(managed.amazonManagedKafkaEventSourceConfig().consumerGroupId())
                .isEqualTo(managed.uuid());
        assertThat(own.selfManagedKafkaEventSourceConfig().consumerGroupId()).isEqualTo(own.uuid());
        assertThat(own.eventSourceArn()).isNull();
        assertThat(named.amazonManagedKafkaEventSourceConfig().consumerGroupId())
                .isEqualTo("mine");
        assertThat(List.of(managed, own, named)).allSatisfy(mapping -> {
            assertThat(mapping.batchSize()).isEqualTo(100);
            assertThat(mapping.maximumBatchingWindowInSeconds()).isNull();
            assertThat(mapping.stateTransitionReason()).isEqualTo("USER_INITIATED");
            assertThat(mapping.maximumRetryAttempts()).isNull();
        });
    }

    @Test
    void aBrokerHasAQueueAndADatabaseItsName() {
        var broker = mappings.create(reading(BROKER).queues(List.of("letters")).sourceAccessConfigurations(SECRET));
        var database = mappings.create(documents());

        assertThat(broker.queues()).containsExactly("letters");
        assertThat(broker.batchSize()).isEqualTo(100);
        assertThat(broker.sourceAccessConfigurations()).isEqualTo(SECRET);
        assertThat(database.documentDBEventSourceConfig())
                .isEqualTo(DocumentDBEventSourceConfig.builder()
                        .databaseName("shop")
                        .fullDocument("Default")
                        .build());
    }

    @Test
    void needsASourceThatIsOne() {
        refuses(
                "Unrecognized event source.",
                () -> mappings.create(CreateEventSourceMappingRequest.builder().functionName("greet")));
        for (var arn : List.of(
                "arn:aws:events:eu-north-1:123456789012:rule/daily",
                "arn:aws:dynamodb:eu-north-1:123456789012:table/users",
                "arn:aws:sqs:::orders")) {
            refuses("Unrecognized event source. Unsupported source arn : " + arn, () -> mappings.create(reading(arn)));
        }
        refuses(
                "Unsupported 'eventSourceArn' parameter for given event source mapping type.",
                () -> mappings.create(ownKafka("kafka:1000").eventSourceArn(CLUSTER)));
    }

    @Test
    void aClusterOfItsUsersOwnNeedsNoStartingPosition() {
        assertThat(mappings.create(ownKafka("kafka:1000").startingPosition(null))
                        .startingPosition())
                .isNull();
    }

    @Test
    void saysWhatItLacks() {
        refuses(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
                () -> mappings.create(reading(STREAM)));
        refuses(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
                () -> mappings.create(kafka().startingPosition(null)));
        refuses(
                "Required 'sourceAccessConfigurations' parameter is missing.",
                () -> mappings.create(ownKafka("kafka:1000").sourceAccessConfigurations(null)));
        refuses("Required 'topics' parameter is missing.", () -> mappings.create(kafka().topics(null)));
        refuses(
                "Required 'queues' parameter is missing.",
                () -> mappings.create(reading(BROKER).sourceAccessConfigurations(SECRET)));
        refuses(
                "Required 'documentDBEventSourceConfig' parameter is missing.",
                () -> mappings.create(documents().documentDBEventSourceConfig(null)));
        refuses(
                "Required 'databaseName' parameter is missing.",
                () -> mappings.create(documents()
                        .documentDBEventSourceConfig(DocumentDBEventSourceConfig.builder()
                                .collectionName("orders")
                                .build())));
    }

    @Test
    void startsOnlyWhereItsSourceCan() {
        refuses(
                "StartingPosition is not valid for SQS event sources.",
                () -> mappings.create(reading(QUEUE).startingPosition("LATEST")));
        refuses(
                "Unsupported starting position for arn type: " + TABLE,
                () -> mappings.create(
                        reading(TABLE).startingPosition("AT_TIMESTAMP").startingPositionTimestamp(Desk.NOW)));
        refuses(
                "Unsupported starting position for arn type: " + TABLE,
                () -> mappings.create(reading(TABLE).startingPosition("AT_TIMESTAMP")));
        refuses(
                "Timestamp only valid with StartingPosition AT_TIMESTAMP",
                () -> mappings.create(reading(STREAM).startingPosition("LATEST").startingPositionTimestamp(Desk.NOW)));
        refuses(
                "Need to specify a timestamp",
                () -> mappings.create(reading(STREAM).startingPosition("AT_TIMESTAMP")));
        refuses(
                "Received Exception while reading from provided stream. class java.lang.Long can not be converted to a Timestamp",
                () -> mappings.create(reading(STREAM)
                        .startingPosition("AT_TIMESTAMP")
                        .startingPositionTimestamp(Instant.ofEpochSecond(-1))));

        var timed =
                mappings.create(reading(STREAM).startingPosition("AT_TIMESTAMP").startingPositionTimestamp(Desk.NOW));

        assertThat(timed.startingPositionTimestamp()).isEqualTo(Desk.NOW);
    }

    @Test
    void refusesWhatBelongsToOtherKindsOfSources() {
        var failures = DestinationConfig.builder()
                .onFailure(OnFailure.builder().destination(DEAD_LETTERS).build())
                .build();
        refuses(
                "Unsupported DestinationConfig parameter for given event source mapping type.",
                () -> mappings.create(reading(QUEUE).destinationConfig(failures)));
        refuses(
                "Unsupported DestinationConfig parameter for given event source mapping type.",
                () -> mappings.create(reading(STREAM)
                        .startingPosition("LATEST")
                        .destinationConfig(DestinationConfig.builder()
                                .onSuccess(OnSuccess.builder()
                                        .destination(DEAD_LETTERS)
                                        .build())
                                .build())));
        refusesMember("parallelizationFactor", reading(QUEUE).parallelizationFactor(2));
        refusesMember("maximumRetryAttempts", reading(QUEUE).maximumRetryAttempts(2));
        refusesMember("bisectBatchOnFunctionError", reading(QUEUE).bisectBatchOnFunctionError(true));
        refusesMember("topics", reading(QUEUE).topics(List.of("topic")));
        refusesMember("queues", kafka().queues(List.of("letters")));
        refusesMember(
                "scalingConfig",
                reading(STREAM)
                        .startingPosition("LATEST")
                        .scalingConfig(
                                ScalingConfig.builder().maximumConcurrency(2).build()));
        refusesMember("tumblingWindowInSeconds", kafka().tumblingWindowInSeconds(30));
        refusesMember("filterCriteria", documents().filterCriteria(filters("{\"a\": [1]}")));
        refusesMember("startingPosition", broker().startingPosition("LATEST"));
        refusesMember("functionResponseTypes", broker().functionResponseTypes(List.of("ReportBatchItemFailures")));
    }

    @Test
    void passesWhatSaysNone() {
        var created = mappings.create(reading(QUEUE)
                .topics(List.of())
                .destinationConfig(DestinationConfig.builder()
                        .onFailure(OnFailure.builder().destination("").build())
                        .build())
                .filterCriteria(FilterCriteria.builder().filters(List.of()).build())
                .scalingConfig(ScalingConfig.builder().build())
                .metricsConfig(EventSourceMappingMetricsConfig.builder().build())
                .kmsKeyArn(""));

        assertThat(created)
                .isEqualTo(mappings.create(reading(QUEUE + "-other")).toBuilder()
                        .uuid(created.uuid())
                        .eventSourceMappingArn(created.eventSourceMappingArn())
                        .eventSourceArn(QUEUE)
                        .build());
    }

    @Test
    void aQueueGathersLargeBatchesOnlyInAWindow() {
        refuses(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
                () -> mappings.create(reading(QUEUE).batchSize(11)));
        refuses(
                "Batching window is not supported for FIFO queues",
                () -> mappings.create(reading(QUEUE + ".fifo").batchSize(11).maximumBatchingWindowInSeconds(1)));

        var created = mappings.createAtRest(reading(QUEUE).batchSize(11).maximumBatchingWindowInSeconds(1));

        assertThat(created.batchSize()).isEqualTo(11);
        refuses(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
                () -> mappings.update(
                        created.uuid(),
                        UpdateEventSourceMappingRequest.builder().maximumBatchingWindowInSeconds(0)));
    }

    @Test
    void aQueueHasPollersOfItsOwnOrALimitAndNotBoth() {
        var provisioned = ProvisionedPollerConfig.builder().minimumPollers(3).build();
        refuses(
                "Provisioned mode for SQS ESM does not support maximum concurrency feature. Use MaximumPollers as the control mechanism and remove maximum concurrency.",
                () -> mappings.create(reading(QUEUE)
                        .provisionedPollerConfig(provisioned)
                        .scalingConfig(
                                ScalingConfig.builder().maximumConcurrency(5).build())));
        refuses(
                "MinimumPollers should be between [2, 200] and MaximumPollers should be between [MinimumPollers, 10000]",
                () -> mappings.create(reading(QUEUE)
                        .provisionedPollerConfig(ProvisionedPollerConfig.builder()
                                .minimumPollers(1)
                                .build())));
        var created = mappings.createAtRest(reading(QUEUE).provisionedPollerConfig(provisioned));

        assertThat(created.provisionedPollerConfig().minimumPollers()).isEqualTo(3);
        assertThat(created.provisionedPollerConfig().maximumPollers()).isEqualTo(200);
        var limited = mappings.update(
                created.uuid(),
                UpdateEventSourceMappingRequest.builder()
                        .provisionedPollerConfig(
                                ProvisionedPollerConfig.builder().build())
                        .scalingConfig(
                                ScalingConfig.builder().maximumConcurrency(5).build()));
        assertThat(limited.provisionedPollerConfig()).isNull();
        assertThat(limited.scalingConfig().maximumConcurrency()).isEqualTo(5);
    }

    @Test
    void aStreamIsUpdatedMemberByMember() {
        var created = mappings.createAtRest(reading(STREAM)
                .startingPosition("LATEST")
                .filterCriteria(filters("{\"data\": {\"a\": [1]}}"))
                .maximumRetryAttempts(3));

        var updated = mappings.update(
                created.uuid(),
                UpdateEventSourceMappingRequest.builder()
                        .parallelizationFactor(4)
                        .maximumRecordAgeInSeconds(60)
                        .bisectBatchOnFunctionError(true)
                        .tumblingWindowInSeconds(30)
                        .functionResponseTypes(List.of("ReportBatchItemFailures"))
                        .filterCriteria(FilterCriteria.builder().build())
                        .destinationConfig(DestinationConfig.builder()
                                .onFailure(OnFailure.builder()
                                        .destination(DEAD_LETTERS)
                                        .build())
                                .build()));

        assertThat(updated)
                .isEqualTo(created.toBuilder()
                        .state("Updating")
                        .parallelizationFactor(4)
                        .maximumRecordAgeInSeconds(60)
                        .bisectBatchOnFunctionError(true)
                        .tumblingWindowInSeconds(30)
                        .functionResponseTypes(List.of("ReportBatchItemFailures"))
                        .filterCriteria(null)
                        .destinationConfig(DestinationConfig.builder()
                                .onFailure(OnFailure.builder()
                                        .destination(DEAD_LETTERS)
                                        .build())
                                .build())
                        .build());
    }

    @Test
    void aStreamRefusesWhatCannotBeKeptTo() {
        refuses(
                "MaximumRecordAgeInSeconds must be -1 or at least 60.",
                () -> mappings.create(reading(STREAM).startingPosition("LATEST").maximumRecordAgeInSeconds(30)));
        refuses(
                "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=arn:aws:iam:eu-north-1:123456789012:role)) is invalid.",
                () -> mappings.create(reading(STREAM)
                        .startingPosition("LATEST")
                        .destinationConfig(DestinationConfig.builder()
                                .onFailure(OnFailure.builder()
                                        .destination("arn:aws:iam:eu-north-1:123456789012:role")
                                        .build())
                                .build())));
    }

    @Test
    void kafkaHasRetriesOnlyInProvisionedMode() {
        refusesMember("maximumRetryAttempts", kafka().maximumRetryAttempts(3));

        var created = mappings.createAtRest(kafka().maximumRetryAttempts(3)
                .provisionedPollerConfig(
                        ProvisionedPollerConfig.builder().maximumPollers(7).build())
                .loggingConfig(EventSourceMappingLoggingConfig.builder()
                        .systemLogLevel("INFO")
                        .build()));
        var left = mappings.update(
                created.uuid(),
                UpdateEventSourceMappingRequest.builder()
                        .provisionedPollerConfig(
                                ProvisionedPollerConfig.builder().build()));

        assertThat(created.maximumRetryAttempts()).isEqualTo(3);
        assertThat(created.provisionedPollerConfig().minimumPollers()).isEqualTo(1);
        assertThat(created.provisionedPollerConfig().maximumPollers()).isEqualTo(7);
        assertThat(left.maximumRetryAttempts()).isNull();
        assertThat(left.provisionedPollerConfig()).isNull();
    }

    @Test
    void pollersThatAreOnlyGroupedAreProvisionedToo() {
        var created = mappings.createAtRest(kafka().maximumRetryAttempts(3)
                .provisionedPollerConfig(ProvisionedPollerConfig.builder()
                        .pollerGroupName("shared")
                        .build()));

        assertThat(created.provisionedPollerConfig())
                .isEqualTo(ProvisionedPollerConfig.builder()
                        .minimumPollers(1)
                        .maximumPollers(200)
                        .pollerGroupName("shared")
                        .build());
    }

    @Test
    void kafkaOfAnotherAccountIsReadThroughAConnection() {
        var connection = "arn:aws:kafka:eu-north-1:123456789012:vpc-connection/999999999999/events/5a7c0d8e-1";

        var created = mappings.create(kafka().eventSourceArn(connection));

        assertThat(created.eventSourceArn()).isEqualTo(connection);
        assertThat(created.amazonManagedKafkaEventSourceConfig().consumerGroupId())
                .isEqualTo(created.uuid());
    }

    @Test
    void kafkaKeepsItsConsumerGroup() {
        var created = mappings.createAtRest(kafka());

        refuses(
                "ConsumerGroupId cannot be updated.",
                () -> mappings.update(
                        created.uuid(),
                        UpdateEventSourceMappingRequest.builder()
                                .amazonManagedKafkaEventSourceConfig(AmazonManagedKafkaEventSourceConfig.builder()
                                        .consumerGroupId("other")
                                        .build())));
        var updated = mappings.update(
                created.uuid(),
                UpdateEventSourceMappingRequest.builder()
                        .amazonManagedKafkaEventSourceConfig(
                                AmazonManagedKafkaEventSourceConfig.builder().build()));
        assertThat(updated.amazonManagedKafkaEventSourceConfig().consumerGroupId())
                .isEqualTo(created.uuid());
    }

    @Test
    void knowsTheWaysToGetAtASource() {
        refuses(
                "Unsupported source access type 'VIRTUAL_HOST' for given event source mapping type.",
                () -> mappings.create(
                        ownKafka("kafka:1000").sourceAccessConfigurations(List.of(access("VIRTUAL_HOST", "/")))));
        refuses(
                "Unsupported source access type 'VPC_SUBNET' for given event source mapping type.",
                () -> mappings.create(broker().sourceAccessConfigurations(List.of(access("VPC_SUBNET", "subnet-1")))));
    }

    @Test
    void refusesFiltersThatTakeRecordsOfKinesisForPlainText() {
        for (var pattern :
                List.of("{\"data\": [\"a\"]}", "{\"$or\": [{\"data\": [\"a\"]}, {\"partitionKey\": [\"b\"]}]}")) {
            refuses(
                    "Invalid filter pattern definition.",
                    () -> mappings.create(
                            reading(STREAM).startingPosition("LATEST").filterCriteria(filters(pattern))));
        }
        var within = "{\"data\": {\"data\": [\"a\"]}}";
        assertThat(mappings.create(reading(STREAM).startingPosition("LATEST").filterCriteria(filters(within)))
                        .uuid())
                .isNotEmpty();
    }

    @Test
    void refusesFiltersThatAreNone() {
        for (var pattern : List.of("simple string", "[]", "{\"a\": \"b\"}", "{\"a\": []}")) {
            refuses(
                    "Invalid filter pattern definition.",
                    () -> mappings.create(reading(QUEUE).filterCriteria(filters(pattern))));
        }
        refuses(
                "Invalid filter pattern definition.",
                () -> mappings.create(reading(QUEUE)
                        .filterCriteria(FilterCriteria.builder()
                                .filters(List.of(Filter.builder().build()))
                                .build())));
        refuses(
                "FilterCriteria can have at most 5 filters.",
                () -> mappings.create(reading(QUEUE)
                        .filterCriteria(filters(
                                Stream.generate(() -> "{\"a\": [1]}").limit(6).toArray(String[]::new)))));

        var created =
                mappings.create(reading(QUEUE).filterCriteria(filters("{\"body\": {\"a\": [{\"exists\": true}]}}")));

        assertThat(created.filterCriteria().filters().getFirst().pattern())
                .isEqualTo("{\"body\": {\"a\": [{\"exists\": true}]}}");
    }

    @Test
    void standsAloneOnItsSource() {
        var queue = mappings.create(reading(QUEUE)).uuid();
        var stream = mappings.create(reading(STREAM).startingPosition("LATEST")).uuid();
        var kafka = mappings.create(ownKafka("kafka:1000")).uuid();
        mappings.create(broker());
        mappings.create(documents());

        conflicts(
                "An event source mapping with SQS arn (\" " + QUEUE + " \") and function (\" greet \") already exists."
                        + " Please update or delete the existing mapping with UUID " + queue,
                reading(QUEUE).functionName(Desk.ARN + "greet"));
        conflicts(
                "The event source arn (\" " + STREAM
                        + " \") and function (\" greet \") provided mapping already exists."
                        + " Please update or delete the existing mapping with UUID " + stream,
                reading(STREAM).startingPosition("TRIM_HORIZON"));
        conflicts(
                "An event source mapping with event source (\"kafka:1000,kafka:2000\"), function (\"" + Desk.ARN
                        + "greet\"), topics (\"topic\") already exists. Please update or delete the existing mapping with UUID "
                        + kafka,
                ownKafka("kafka:1000", "kafka:2000"));
        mappings.create(ownKafka("kafka:1000").topics(List.of("another")));
        mappings.create(ownKafka("kafka:3000"));
        mappings.create(broker().queues(List.of("parcels")));
        mappings.create(documents()
                .documentDBEventSourceConfig(DocumentDBEventSourceConfig.builder()
                        .databaseName("shop")
                        .collectionName("orders")
                        .build()));
    }

    @Test
    void aClusterOfItsUsersOwnIsReachedWithTokens() {
        mappings.create(
                tokens("kafka:1", access("OAUTHBEARER_AUTH", "arn:secret"), access("OAUTHBEARER_SCOPE", "read")));
        mappings.create(tokens("kafka:2", access("IAM_OAUTHBEARER_AUTH", null), access("OAUTHBEARER_AUDIENCE", "all")));
        mappings.create(tokens("kafka:3", access("IAM_AUTH", null)));

        refusesTokens("OAUTHBEARER_SCOPE needs OAUTHBEARER_AUTH.", access("OAUTHBEARER_SCOPE", "read"));
        refusesTokens(
                "OAUTHBEARER_AUDIENCE needs OAUTHBEARER_AUTH or IAM_OAUTHBEARER_AUTH.",
                access("OAUTHBEARER_AUDIENCE", "all"));
        refusesTokens("IAM_OAUTHBEARER_AUTH needs OAUTHBEARER_AUDIENCE.", access("IAM_OAUTHBEARER_AUTH", null));
        refusesTokens("IAM_AUTH takes no URI.", access("IAM_AUTH", "arn:secret"));
        refuses(
                "Unsupported source access type 'IAM_AUTH' for given event source mapping type.",
                () -> mappings.create(kafka().sourceAccessConfigurations(List.of(access("IAM_AUTH", null)))));
    }

    /// Not taken and then not honoured: the function would get what it cannot read.
    @Test
    void aSchemaRegistryIsRefusedByName() {
        var registry = AmazonManagedKafkaEventSourceConfig.builder()
                .schemaRegistryConfig(KafkaSchemaRegistryConfig.builder()
                        .schemaRegistryURI("https://registry.example")
                        .build())
                .build();
        var provisioned = ProvisionedPollerConfig.builder().minimumPollers(1).build();

        refuses(
                "Hearth does not support SchemaRegistryConfig yet.",
                () -> mappings.create(
                        kafka().provisionedPollerConfig(provisioned).amazonManagedKafkaEventSourceConfig(registry)));
    }

    @Test
    void aShareGroupHasNoStartingPositionAndNoWindow() {
        var queue = SelfManagedKafkaEventSourceConfig.builder()
                .consumptionMode("Queue")
                .build();

        var made = mappings.create(ownKafka("kafka:1").startingPosition(null).selfManagedKafkaEventSourceConfig(queue));
        assertThat(made.selfManagedKafkaEventSourceConfig().consumptionMode()).isEqualTo("Queue");
        refuses(
                "Unsupported 'startingPosition' parameter for given event source mapping type.",
                () -> mappings.create(
                        ownKafka("kafka:2").startingPosition("LATEST").selfManagedKafkaEventSourceConfig(queue)));
        refuses(
                "Unsupported 'maximumBatchingWindowInSeconds' parameter for given event source mapping type.",
                () -> mappings.create(ownKafka("kafka:2")
                        .startingPosition(null)
                        .maximumBatchingWindowInSeconds(1)
                        .selfManagedKafkaEventSourceConfig(queue)));
    }

    private static CreateEventSourceMappingRequest.Builder tokens(
            String server, SourceAccessConfiguration... accesses) {
        return ownKafka(server).sourceAccessConfigurations(List.of(accesses));
    }

    private void refusesTokens(String text, SourceAccessConfiguration access) {
        refuses(text, () -> mappings.create(tokens("kafka:4", access)));
    }

    private void refusesMember(String member, CreateEventSourceMappingRequest.Builder request) {
        refuses(
                "Unsupported '" + member + "' parameter for given event source mapping type.",
                () -> mappings.create(request));
    }

    private void conflicts(String text, CreateEventSourceMappingRequest.Builder request) {
        refuses(ApiError.RESOURCE_CONFLICT, text, () -> mappings.create(request));
    }

    /// What mappings of all sources have.
    private static EventSourceMappingConfiguration.Builder common(EventSourceMappingConfiguration created) {
        return EventSourceMappingConfiguration.builder()
                .uuid(created.uuid())
                .eventSourceMappingArn(created.eventSourceMappingArn())
                .functionArn(Desk.ARN + "greet")
                .lastModified(Desk.NOW)
                .state("Creating");
    }

    private static CreateEventSourceMappingRequest.Builder kafka() {
        return reading(CLUSTER).topics(List.of("topic")).startingPosition("LATEST");
    }

    private static CreateEventSourceMappingRequest.Builder ownKafka(String... servers) {
        return CreateEventSourceMappingRequest.builder()
                .functionName("greet")
                .selfManagedEventSource(SelfManagedEventSource.builder()
                        .endpoints(Map.of("KAFKA_BOOTSTRAP_SERVERS", List.of(servers)))
                        .build())
                .sourceAccessConfigurations(SECRET)
                .topics(List.of("topic"))
                .startingPosition("LATEST");
    }

    private static CreateEventSourceMappingRequest.Builder broker() {
        return reading(BROKER).queues(List.of("letters")).sourceAccessConfigurations(SECRET);
    }

    private static CreateEventSourceMappingRequest.Builder documents() {
        return reading(DATABASE)
                .startingPosition("LATEST")
                .sourceAccessConfigurations(SECRET)
                .documentDBEventSourceConfig(DocumentDBEventSourceConfig.builder()
                        .databaseName("shop")
                        .build());
    }

    private static FilterCriteria filters(String... patterns) {
        return FilterCriteria.builder()
                .filters(Stream.of(patterns)
                        .map(pattern -> Filter.builder().pattern(pattern).build())
                        .toList())
                .build();
    }

    private static SourceAccessConfiguration access(String type, String uri) {
        return SourceAccessConfiguration.builder().type(type).uri(uri).build();
    }
}
