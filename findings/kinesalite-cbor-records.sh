#!/usr/bin/env bash
# kinesalite 3.3.3 with AWS's SDK for Java, kinesis 2.59.1.
#
# Guess: a server that takes application/x-amz-cbor, which this SDK speaks to Kinesis unless it is told otherwise, keeps and returns the same records by it as by JSON.
# Behaviour: what was put by CBOR comes back as an object where a text is due: whoever reads it, by either form, gets an answer of status 200 that cannot be unmarshalled, and the whole page with
# it. Records put by JSON can be read by CBOR, but their times are taken for milliseconds where kinesalite writes seconds: 1970.
#   put by JSON, read by JSON: order 1, arrived this year
#   put by JSON, read by CBOR: order 1, arrived in 1970
#   put by CBOR, read by JSON: Unable to unmarshall response
#   put by CBOR, read by CBOR: Unable to unmarshall response
# Why it matters: one record of a Java producer stops every consumer of its shard for good. A poller that goes by the age of records gives all of them up, and tumbling windows
# end decades before they begin. Set AWS_CBOR_ENABLED=false for producers and pollers; boto3 and the SDK for JavaScript speak JSON anyway.
#
# Needs a JDK 17 or newer and Maven, for Maven Central, Node.js 20 or newer. Listens on a port of 127.0.0.1; a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts kinesalite@3.3.3 >&2
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>software.amazon.awssdk</groupId><artifactId>kinesis</artifactId><version>2.59.1</version>
<exclusions><exclusion><groupId>software.amazon.awssdk</groupId><artifactId>netty-nio-client</artifactId></exclusion></exclusions></dependency>
<dependency><groupId>software.amazon.awssdk</groupId><artifactId>url-connection-client</artifactId><version>2.59.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > server.mjs <<'JS'
import kinesalite from 'kinesalite';
const server = kinesalite({ createStreamMs: 20 });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
cat > Records.java <<'JAVA'
import java.net.URI;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

public class Records {
    static final Map<String, String> EXPECTED = Map.of(
            "put by JSON, read by JSON", "order 1, arrived this year",
            "put by JSON, read by CBOR", "order 1, arrived in 1970",
            "put by CBOR, read by JSON", "Unable to unmarshall response",
            "put by CBOR, read by CBOR", "Unable to unmarshall response");
    static URI endpoint;
    static boolean same = true;

    static KinesisClient client(boolean cbor) {
        System.setProperty("aws.cborEnabled", String.valueOf(cbor));
        return KinesisClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        endpoint = URI.create("http://127.0.0.1:" + arguments[0]);
        var json = client(false);
        var cbor = client(true);
        for (var writer : new String[] {"JSON", "CBOR"}) {
            json.createStream(r -> r.streamName(writer).shardCount(1));
            while (json.describeStreamSummary(r -> r.streamName(writer)).streamDescriptionSummary().streamStatus() != StreamStatus.ACTIVE) {
                Thread.sleep(20);
            }
            var to = writer.equals("JSON") ? json : cbor;
            to.putRecord(r -> r.streamName(writer).partitionKey("k").data(SdkBytes.fromUtf8String("order 1")));
            for (var reader : new String[] {"JSON", "CBOR"}) {
                var from = reader.equals("JSON") ? json : cbor;
                String said;
                try {
                    var iterator = from.getShardIterator(r -> r.streamName(writer).shardId("shardId-000000000000").shardIteratorType("TRIM_HORIZON")).shardIterator();
                    var records = from.getRecords(r -> r.shardIterator(iterator)).records();
                    int year = records.get(0).approximateArrivalTimestamp().atZone(ZoneOffset.UTC).getYear();
                    said = records.get(0).data().asUtf8String()
                            + (year == Year.now(ZoneOffset.UTC).getValue() ? ", arrived this year" : ", arrived in " + year);
                } catch (SdkClientException e) {
                    said = e.getMessage().replaceAll(" \\(.*", "");
                }
                var what = "put by " + writer + ", read by " + reader;
                System.out.println(what + ": " + said);
                same &= said.equals(EXPECTED.get(what));
            }
        }
        System.exit(same ? 0 : 1);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Records.java
node --no-warnings server.mjs > port & server=$!
for _ in $(seq 100); do [[ -s port ]] && break; sleep 0.1; done
timeout 60 java -cp "classes:jars/*" Records "$(cat port)"
