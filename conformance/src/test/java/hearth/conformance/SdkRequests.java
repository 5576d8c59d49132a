package hearth.conformance;

import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.services.lambda.model.LambdaRequest;
import software.amazon.awssdk.utils.builder.Buildable;

/// Makes requests of the AWS SDK for Java from plain values, for any operation.
final class SdkRequests {
    private static final String MODEL = "software.amazon.awssdk.services.lambda.model.";

    private SdkRequests() {}

    static Class<?> type(String operation) throws ClassNotFoundException {
        return Class.forName(MODEL + operation + "Request");
    }

    /// @param members by their names; blobs in Base64
    static LambdaRequest of(String operation, Map<String, Object> members) throws ReflectiveOperationException {
        var builder = (SdkPojo) type(operation).getMethod("builder").invoke(null);
        return (LambdaRequest) filled(builder, members);
    }

    private static Object filled(SdkPojo builder, Map<?, ?> members) {
        for (var field : builder.sdkFields()) {
            var value = members.containsKey(field.memberName())
                    ? members.get(field.memberName())
                    : members.get(field.locationName());
            if (value != null) {
                field.set(builder, converted(field, value));
            }
        }
        return ((Buildable) builder).build();
    }

    private static Object converted(SdkField<?> field, Object value) {
        MarshallingType<?> type = field.marshallingType();
        if (type.equals(MarshallingType.SDK_POJO)) {
            return filled(field.constructor().get(), (Map<?, ?>) value);
        }
        if (type.equals(MarshallingType.LIST)) {
            var element = field.getTrait(ListTrait.class).memberFieldInfo();
            return ((List<?>) value)
                    .stream().map(each -> converted(element, each)).toList();
        }
        if (type.equals(MarshallingType.MAP)) {
            var element = field.getTrait(MapTrait.class).valueFieldInfo();
            var map = new LinkedHashMap<String, Object>();
            ((Map<?, ?>) value).forEach((key, each) -> map.put(String.valueOf(key), converted(element, each)));
            return map;
        }
        if (type.equals(MarshallingType.SDK_BYTES)) {
            return SdkBytes.fromByteArray(Base64.getDecoder().decode(String.valueOf(value)));
        }
        if (type.equals(MarshallingType.INSTANT)) {
            return Instant.ofEpochSecond(((Number) value).longValue());
        }
        if (type.equals(MarshallingType.INTEGER)) {
            return ((Number) value).intValue();
        }
        return type.equals(MarshallingType.LONG) ? (Object) ((Number) value).longValue() : value;
    }
}
