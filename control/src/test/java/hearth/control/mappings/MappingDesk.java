package hearth.control.mappings;

import static hearth.control.Refused.refused;

import hearth.control.Await;
import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.DeleteEventSourceMappingRequest;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.GetEventSourceMappingRequest;
import hearth.model.api.UpdateEventSourceMappingRequest;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What tests ask about event source mappings.
record MappingDesk(Desk desk) {
    static final String QUEUE = "arn:aws:sqs:eu-north-1:123456789012:orders";
    static final String STREAM = "arn:aws:kinesis:eu-north-1:123456789012:stream/clicks";
    static final String TABLE = "arn:aws:dynamodb:eu-north-1:123456789012:table/users/stream/2026-01-01T00:00:00.000";
    static final String CLUSTER = "arn:aws:kafka:eu-north-1:123456789012:cluster/events/5a7c0d8e-1";
    static final String BROKER = "arn:aws:mq:eu-north-1:123456789012:broker:letters:b-5a7c0d8e";
    static final String DATABASE = "arn:aws:rds:eu-north-1:123456789012:cluster:documents";

    static CreateEventSourceMappingRequest.Builder reading(String source) {
        return CreateEventSourceMappingRequest.builder().functionName("greet").eventSourceArn(source);
    }

    EventSourceMappingConfiguration create(CreateEventSourceMappingRequest.Builder request) {
        return mapping(ApiOperation.CREATE_EVENT_SOURCE_MAPPING, request.build());
    }

    EventSourceMappingConfiguration createAtRest(CreateEventSourceMappingRequest.Builder request) {
        return atRest(Objects.requireNonNull(create(request).uuid()));
    }

    EventSourceMappingConfiguration update(String uuid, UpdateEventSourceMappingRequest.Builder request) {
        return mapping(
                ApiOperation.UPDATE_EVENT_SOURCE_MAPPING, request.uuid(uuid).build());
    }

    EventSourceMappingConfiguration get(String uuid) {
        return mapping(
                ApiOperation.GET_EVENT_SOURCE_MAPPING,
                GetEventSourceMappingRequest.builder().uuid(uuid).build());
    }

    EventSourceMappingConfiguration delete(String uuid) {
        return mapping(
                ApiOperation.DELETE_EVENT_SOURCE_MAPPING,
                DeleteEventSourceMappingRequest.builder().uuid(uuid).build());
    }

    private EventSourceMappingConfiguration mapping(ApiOperation operation, ApiShape request) {
        return desk.ask(operation, request, EventSourceMappingConfiguration.class);
    }

    EventSourceMappingConfiguration atRest(String uuid) {
        Await.until(() ->
                Set.of("Enabled", "Disabled").contains(String.valueOf(get(uuid).state())));
        return get(uuid);
    }

    static void refuses(String text, ThrowingCallable call) {
        refuses(ApiError.INVALID_PARAMETER_VALUE, text, call);
    }

    static void refuses(ApiError error, String text, ThrowingCallable call) {
        refused(call, error, text);
    }
}
