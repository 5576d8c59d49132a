package hearth.server.records;

import hearth.model.Bytes;

/// The configuration of the records of requests: which there are, and how much is kept of them.
///
/// @param access whether every request is recorded (`--access-log`, on)
/// @param audit whether what the control plane was asked is recorded (`--audit-log`, on)
/// @param fileSize at which a file is put aside for the next (`--record-size`, 16 MiB)
/// @param files how many of a kind are kept, with the one that is written (`--record-files`, 4)
public record RecordsConfig(boolean access, boolean audit, Bytes fileSize, int files) {
    public static final RecordsConfig DEFAULT = new RecordsConfig(true, true, Bytes.mebibytes(16), 4);
    public static final RecordsConfig NONE = new RecordsConfig(false, false, Bytes.mebibytes(16), 4);
}
