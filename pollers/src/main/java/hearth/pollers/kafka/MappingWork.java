package hearth.pollers.kafka;

import hearth.model.filter.RecordFilter;
import hearth.pollers.PolledMapping;
import hearth.pollers.Status;
import java.util.Optional;

/// What all batches of one mapping have in common.
///
/// @param destination that is told of what was given up; empty for none
record MappingWork(
        PolledMapping mapping,
        KafkaRules rules,
        KafkaEvent events,
        RecordFilter filter,
        KafkaServices services,
        Status status,
        PartitionResults results,
        Optional<FailureDestination> destination) {}
