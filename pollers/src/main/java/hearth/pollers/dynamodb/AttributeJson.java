package hearth.pollers.dynamodb;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Values of DynamoDB in JSON, as its own API has them.
final class AttributeJson {
    private AttributeJson() {}

    static void write(JsonGenerator json, String name, Map<String, AttributeValue> item) throws IOException {
        json.writeFieldName(name);
        write(json, item);
    }

    private static void write(JsonGenerator json, Map<String, AttributeValue> item) throws IOException {
        json.writeStartObject();
        for (var attribute : item.entrySet()) {
            json.writeFieldName(attribute.getKey());
            write(json, attribute.getValue());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, AttributeValue value) throws IOException {
        json.writeStartObject();
        switch (value.type()) {
            case S -> json.writeStringField("S", value.s());
            case N -> json.writeStringField("N", value.n());
            case B -> json.writeBinaryField("B", value.b().asByteArrayUnsafe());
            case BOOL -> json.writeBooleanField("BOOL", value.bool());
            case NUL -> json.writeBooleanField("NULL", value.nul());
            case SS -> writeTexts(json, "SS", value.ss());
            case NS -> writeTexts(json, "NS", value.ns());
            case BS -> {
                json.writeArrayFieldStart("BS");
                for (SdkBytes each : value.bs()) {
                    json.writeBinary(each.asByteArrayUnsafe());
                }
                json.writeEndArray();
            }
            case L -> {
                json.writeArrayFieldStart("L");
                for (var each : value.l()) {
                    write(json, each);
                }
                json.writeEndArray();
            }
            case M -> write(json, "M", value.m());
            // Of a type that the client does not know.
            default -> {}
        }
        json.writeEndObject();
    }

    private static void writeTexts(JsonGenerator json, String type, Iterable<String> texts) throws IOException {
        json.writeArrayFieldStart(type);
        for (var each : texts) {
            json.writeString(each);
        }
        json.writeEndArray();
    }
}
