package hearth.worker.logs;

import hearth.model.Bytes;

/// How much of each log group is kept: the newest files, of all its streams.
///
/// @param group all of a group's files; a little more while one is written
/// @param segment after how much a stream goes on in another file, so that old records can be removed by files
public record LogLimits(Bytes group, Bytes segment) {
    public static final LogLimits DEFAULT = new LogLimits(Bytes.mebibytes(256), Bytes.mebibytes(8));
}
