package hearth.pollers.documentdb;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.ChangeStreamIterable;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.changestream.FullDocument;
import hearth.model.api.DocumentDBEventSourceConfig;
import hearth.model.api.SourceAccessConfiguration;
import hearth.pollers.PolledMapping;
import hearth.pollers.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/// How a mapping's poller gets at its cluster: by what `--document-db` says, and by the secret that its settings name.
/// A client is made anew after each failure, with what the secret says then.
final class ClusterAccess {
    private static final long PATIENCE = Duration.ofSeconds(10).toMillis();

    /// How long the cluster waits for something new before it answers.
    private static final long AWAIT = Duration.ofSeconds(1).toMillis();

    /// "Unauthorized" of MongoDB's error codes.
    private static final int UNAUTHORIZED = 13;

    private static final int MOST_AT_ONCE = 1000;

    private final PolledMapping mapping;
    private final DocumentDbServices services;
    private final DocumentDBEventSourceConfig config;
    private @Nullable MongoClient client;

    ClusterAccess(PolledMapping mapping, DocumentDbServices services) {
        this.mapping = mapping;
        this.services = services;
        this.config = Objects.requireNonNull(mapping.settings().documentDBEventSourceConfig());
    }

    /// @throws MongoException when the cluster cannot be asked, or does not let a cursor begin there
    /// @throws SourceException that says what to do about what is missing
    MongoCursor<RawBsonDocument> watch(Start start) throws SourceException {
        var database = client().getDatabase(Objects.requireNonNull(config.databaseName()));
        var changes = config.collectionName() == null
                ? database.watch(RawBsonDocument.class)
                : database.getCollection(config.collectionName()).watch(RawBsonDocument.class);
        switch (start) {
            case Start.Now() -> {}
            case Start.At(var time) -> changes.startAtOperationTime(new BsonTimestamp((int) time.getEpochSecond(), 0));
            case Start.Resume(var token) -> changes.resumeAfter(token);
            case Start.After(var token) -> changes.startAfter(token);
        }
        try {
            return settings(changes).withDocumentClass(RawBsonDocument.class).cursor();
        } catch (MongoException e) {
            if (e instanceof MongoSecurityException || e instanceof MongoTimeoutException) {
                // With another secret it may go well.
                close();
            }
            throw e;
        }
    }

    private ChangeStreamIterable<RawBsonDocument> settings(ChangeStreamIterable<RawBsonDocument> changes) {
        if ("UpdateLookup".equals(String.valueOf(config.fullDocument()))) {
            changes.fullDocument(FullDocument.UPDATE_LOOKUP);
        }
        return changes.maxAwaitTime(AWAIT, TimeUnit.MILLISECONDS)
                .batchSize(Math.min(
                        MOST_AT_ONCE, PolledMapping.number(mapping.settings().batchSize(), 100)));
    }

    /// By the cluster's clock where it says so.
    Instant now() throws SourceException {
        var said = client().getDatabase("admin")
                .runCommand(new Document("hello", 1))
                .getDate("localTime");
        return said == null ? services.streams().clock().instant() : said.toInstant();
    }

    private synchronized MongoClient client() throws SourceException {
        var made = client;
        if (made == null) {
            made = MongoClients.create(clientSettings());
            client = made;
        }
        return made;
    }

    private MongoClientSettings clientSettings() throws SourceException {
        var arn = mapping.source();
        var url = services.clusters().get(arn);
        if (url == null) {
            throw new SourceException(
                    "Hearth was not told where the cluster " + arn + " is: --document-db " + arn + "=URL.", null);
        }
        var secret = services.secrets().get(secretArn(), mapping.function().account());
        var settings = MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(url.text()))
                .applicationName("hearth-" + mapping.id().uuid())
                // DocumentDB has no retryable writes, and there are none here.
                .retryWrites(false)
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(PATIENCE, TimeUnit.MILLISECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(PATIENCE, TimeUnit.MILLISECONDS));
        var user = secret.find("username").orElse("");
        if (!user.isEmpty()) {
            settings.credential(MongoCredential.createCredential(
                    user, "admin", secret.get("password").toCharArray()));
        }
        return settings.build();
    }

    private String secretArn() throws SourceException {
        return Objects.requireNonNullElse(
                        mapping.settings().sourceAccessConfigurations(), List.<SourceAccessConfiguration>of())
                .stream()
                .filter(access -> "BASIC_AUTH".equals(access.type()))
                .map(SourceAccessConfiguration::uri)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new SourceException("The mapping names no BASIC_AUTH.", null));
    }

    /// As Lambda words it of other sources: its guide has no words of DocumentDB's. The client's own may have more in
    /// them than is to be shown.
    static SourceException failure(MongoException e) {
        if (e instanceof MongoSecurityException) {
            return new SourceException("Lambda failed to authenticate the event source.", null);
        }
        if (e.getCode() == UNAUTHORIZED) {
            return new SourceException(
                    "Lambda does not have the required permissions to access the event source.", null);
        }
        if (e instanceof MongoTimeoutException || e instanceof MongoSocketException) {
            return new SourceException(
                    "Connection error. Please check your event source connection configuration.", null);
        }
        return new SourceException("The cluster answers with error " + e.getCode() + ".", e);
    }

    synchronized void close() {
        var made = client;
        client = null;
        if (made != null) {
            made.close();
        }
    }
}
