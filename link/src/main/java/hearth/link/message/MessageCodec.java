package hearth.link.message;

import hearth.link.message.Message.Command;
import hearth.link.message.Message.Event;
import hearth.link.message.Message.KeyEnded;
import hearth.link.message.Message.KeyMade;
import hearth.link.message.Message.Members;
import hearth.link.message.Message.PackageCredit;
import hearth.link.message.Message.PackageFailed;
import hearth.link.message.Message.PackageFound;
import hearth.link.message.Message.PackageMessage;
import hearth.link.message.Message.PackagePart;
import hearth.link.message.Message.PackageUnwanted;
import hearth.link.message.Message.PackageWanted;
import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.worker.MemberId;
import io.netty.buffer.ByteBuf;

/// The form of messages in bytes: a tag that says which it is, then its fields in the order of its record.
///
/// A tag means one thing for ever. What is added or changed gets a tag of its own and a higher version of the
/// protocol (`Versions`), under which alone it is sent: a peer of an earlier one is told the same as that has
/// it. Whatever has a tag is read, in any version.
public final class MessageCodec {
    // 1 to 15 are commands, 16 to 31 events.
    static final int COMMANDS = 1;
    static final int EVENTS = 16;
    private static final int PACKAGE_WANTED = 32;
    private static final int PACKAGE_FOUND = 33;
    private static final int PACKAGE_PART = 34;
    private static final int PACKAGE_CREDIT = 35;
    private static final int PACKAGE_FAILED = 36;
    private static final int PACKAGE_UNWANTED = 37;
    private static final int KEY_MADE = 48;
    private static final int KEY_ENDED = 49;
    private static final int MEMBERS = 56;

    private MessageCodec() {}

    /// The message in bytes, in buffers of the heap that need no release. Its arrays are not copied, and must not be
    /// changed while the bytes are in use.
    ///
    /// @param version of the protocol that is spoken with whoever gets it
    public static ByteBuf encode(Message message, int version) {
        var out = new FieldWriter();
        switch (message) {
            case Command(var command) -> CommandCodec.write(command, version, out);
            case Event(var event) -> EventCodec.write(event, version, out);
            case PackageMessage about -> write(about, out);
            case KeyMade(var key) ->
                out.tag(KEY_MADE)
                        .text(key.id())
                        .text(key.secret())
                        .text(key.sessionToken())
                        .text(key.account().value())
                        .instant(key.created())
                        .text(key.role())
                        .text(key.function());
            case KeyEnded(var id) -> out.tag(KEY_ENDED).text(id);
            case Members(var members) ->
                out.tag(MEMBERS).all(members, one -> out.text(one.member().value())
                        .text(one.host())
                        .number(one.port()));
        }
        return out.whole();
    }

    private static void write(PackageMessage message, FieldWriter out) {
        switch (message) {
            case PackageWanted(var request, var digest, var bytes) ->
                out.tag(PACKAGE_WANTED).number(request).text(digest.hex()).truth(bytes);
            case PackageFound(var request, var content) ->
                out.tag(PACKAGE_FOUND).number(request).text(content.hex());
            case PackagePart(var request, var bytes) ->
                out.tag(PACKAGE_PART).number(request).bytes(bytes);
            case PackageCredit(var request, var parts) ->
                out.tag(PACKAGE_CREDIT).number(request).number(parts);
            case PackageFailed(var request, var missing, var reason) ->
                out.tag(PACKAGE_FAILED).number(request).truth(missing).text(reason);
            case PackageUnwanted(var request) -> out.tag(PACKAGE_UNWANTED).number(request);
        }
    }

    /// @param bytes of one whole message
    /// @throws MalformedMessageException for anything else, and nothing else
    public static Message decode(ByteBuf bytes) {
        try {
            var in = new FieldReader(bytes);
            var message = read(in.tag(), in);
            in.end();
            return message;
        } catch (MalformedMessageException e) {
            throw e;
        } catch (RuntimeException e) {
            // Too few bytes, or values that a record of ours refuses.
            throw new MalformedMessageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Message read(int tag, FieldReader in) {
        return switch (tag) {
            case PACKAGE_WANTED -> new PackageWanted(in.longNumber(), new CodeDigest(in.text()), in.truth());
            case PACKAGE_FOUND -> new PackageFound(in.longNumber(), new CodeDigest(in.text()));
            case PACKAGE_PART -> new PackagePart(in.longNumber(), in.bytes());
            case PACKAGE_CREDIT -> new PackageCredit(in.longNumber(), in.longNumber());
            case PACKAGE_FAILED -> new PackageFailed(in.longNumber(), in.truth(), in.text());
            case PACKAGE_UNWANTED -> new PackageUnwanted(in.longNumber());
            case KEY_MADE ->
                new KeyMade(new FunctionKey(
                        in.text(), in.text(), in.text(), new AccountId(in.text()), in.instant(), in.text(), in.text()));
            case KEY_ENDED -> new KeyEnded(in.text());
            case MEMBERS ->
                new Members(in.all(() -> new MemberAddress(new MemberId(in.text()), in.text(), in.number())));
            default -> {
                if (tag >= COMMANDS && tag < EVENTS) {
                    yield new Command(CommandCodec.read(tag, in));
                }
                if (tag >= EVENTS && tag < PACKAGE_WANTED) {
                    yield new Event(EventCodec.read(tag, in));
                }
                throw unknown(tag);
            }
        };
    }

    static MalformedMessageException unknown(int tag) {
        return new MalformedMessageException("there is no message of kind " + tag);
    }
}
