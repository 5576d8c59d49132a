package hearth.link.message;

import hearth.model.Bytes;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import io.netty.buffer.ByteBuf;

/// The first words of a worker that joins. What stands before the cluster stays as it is in every version: by that
/// alone two that cannot speak to each other say so.
///
/// @param cluster whose worker it is
/// @param incarnation which process this is: another one of the same worker has nothing of what that had
/// @param zone of the host; empty for none
public record Hello(
        Versions versions, String cluster, WorkerId worker, long incarnation, String zone, WorkerCapacity capacity) {
    /// `HRTH`
    private static final int MAGIC = 0x48525448;

    public ByteBuf encode() {
        return new FieldWriter()
                .number(MAGIC)
                .number(versions.oldest())
                .number(versions.newest())
                .text(cluster)
                .text(worker.value())
                .number(incarnation)
                .text(zone)
                .number(capacity.memory().count())
                .number(capacity.milliCpus())
                .number(capacity.slots())
                .whole();
    }

    /// The versions that whoever says hello speaks, and nothing of what follows.
    ///
    /// @throws MalformedMessageException for what is no hello
    public static Versions versions(ByteBuf bytes) {
        return reading(bytes.duplicate(), Hello::readVersions);
    }

    /// Of one that speaks a version that we speak.
    ///
    /// @throws MalformedMessageException for what is no hello
    public static Hello decode(ByteBuf bytes) {
        return reading(
                bytes,
                in -> new Hello(
                        readVersions(in),
                        in.text(),
                        new WorkerId(in.text()),
                        in.longNumber(),
                        in.text(),
                        new WorkerCapacity(new Bytes(in.longNumber()), in.number(), in.number())));
    }

    private static Versions readVersions(FieldReader in) {
        if (in.number() != MAGIC) {
            throw new MalformedMessageException("it is no worker of Hearth's");
        }
        return new Versions(in.number(), in.number());
    }

    private interface Reading<T> {
        T read(FieldReader in);
    }

    private static <T> T reading(ByteBuf bytes, Reading<T> reading) {
        try {
            return reading.read(new FieldReader(bytes));
        } catch (MalformedMessageException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new MalformedMessageException("its hello is cut off, or damaged: " + e.getMessage(), e);
        }
    }
}
