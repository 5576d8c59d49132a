#!/usr/bin/env bash
# de.bwaldvogel:mongo-java-server 1.47.0 (its backend in memory) with org.mongodb:mongodb-driver-sync 5.14.0.
#
# Guess: change events of a server that has change streams (enableOplog) have what MongoDB's have: the namespace, the key of the document that changed, `replace` for a replacement, the whole document
# where a look-up was asked for; and a database's stream has the changes of its collections.
# Behaviour: no event has a namespace. The key of an update is the update that was asked for, the key of a replacement the new document, which comes as `update` with an empty document. A look-up changes
# nothing: the document of an update is the fields that were set. The stream of a database has nothing.
#   insert: insert, key {"_id": 1}, no namespace, document _id, state
#   update: update, key {"$set": {"state": "paid"}}, no namespace, document state
#   replacement: update, key {"_id": 1, "state": "sent"}, no namespace, document of nothing
#   deletion: delete, key {"_id": 1}, no namespace, no document
#   update, with a look-up: update, key {"$set": {"state": "paid"}}, no namespace, document state
#   stream of the database, while a document came into its collection: nothing
# Why it matters: a consumer that is tested against it (of DocumentDB too) and finds documents by documentKey, tells collections apart by ns or relies on UPDATE_LOOKUP passes or fails for reasons that
# the real server has none of. Test order, resume tokens and batches with it, and the contents of events by what a real server was seen to say.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>de.bwaldvogel</groupId><artifactId>mongo-java-server</artifactId><version>1.47.0</version></dependency>
<dependency><groupId>org.mongodb</groupId><artifactId>mongodb-driver-sync</artifactId><version>5.14.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Changes.java <<'JAVA'
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import com.mongodb.client.model.changestream.FullDocument;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.bson.Document;

public class Changes {
    static boolean same = true;

    public static void main(String[] arguments) {
        var server = new MongoServer(new MemoryBackend());
        server.enableOplog();
        server.bind("127.0.0.1", 0);
        try (var client = MongoClients.create("mongodb://127.0.0.1:" + server.getLocalAddress().getPort())) {
            var database = client.getDatabase("shop");
            var orders = database.getCollection("orders");
            orders.insertOne(new Document("_id", 0));
            try (var plain = orders.watch().cursor();
                    var full = orders.watch().fullDocument(FullDocument.UPDATE_LOOKUP).cursor();
                    var whole = database.watch().cursor()) {
                orders.insertOne(new Document("_id", 1).append("state", "new"));
                orders.updateOne(Filters.eq("_id", 1), Updates.set("state", "paid"));
                orders.replaceOne(Filters.eq("_id", 1), new Document("_id", 1).append("state", "sent"));
                orders.deleteOne(Filters.eq("_id", 1));
                String update = "update, key {\"$set\": {\"state\": \"paid\"}}, no namespace, document state";
                expect("insert", told(plain), "insert, key {\"_id\": 1}, no namespace, document _id, state");
                expect("update", told(plain), update);
                expect(
                        "replacement",
                        told(plain),
                        "update, key {\"_id\": 1, \"state\": \"sent\"}, no namespace, document of nothing");
                expect("deletion", told(plain), "delete, key {\"_id\": 1}, no namespace, no document");
                told(full);
                expect("update, with a look-up", told(full), update);
                expect("stream of the database, while a document came into its collection", told(whole), "nothing");
            }
        } finally {
            server.shutdownNow();
        }
        System.exit(same ? 0 : 1);
    }

    static String told(MongoChangeStreamCursor<ChangeStreamDocument<Document>> cursor) {
        ChangeStreamDocument<Document> change = null;
        for (int i = 0; i < 20 && change == null; i++) {
            change = cursor.tryNext();
        }
        if (change == null) {
            return "nothing";
        }
        var document = change.getFullDocument();
        return change.getOperationTypeString() + ", key " + change.getDocumentKey() + ", "
                + (change.getNamespace() == null ? "no namespace" : change.getNamespace()) + ", "
                + (document == null
                        ? "no document"
                        : "document " + (document.isEmpty() ? "of nothing" : String.join(", ", document.keySet())));
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Changes.java
timeout 120 java -Xmx256m -cp "classes:jars/*" Changes
