package hearth.server.cli;

import hearth.server.Hearth;

/// The manual page `hearth(1)`, made of the commands' own descriptions when a release is packed.
final class Manual {
    private static final String HEAD = """
            .TH HEARTH 1 "" "Hearth VERSION" "User Commands"
            .SH NAME
            hearth \\- AWS Lambda that anyone can run
            .SH SYNOPSIS
            .B hearth
            .I COMMAND
            .RI [ OPTIONS ]
            .SH DESCRIPTION
            Hearth speaks Lambda's own API and really runs the functions, each in a sandbox of its own, kept warm and
            reused, never shared between functions. AWS CLI, SDKs and tools work as they are; only the endpoint changes.
            .PP
            Run it as root for full isolation. Another user gets what the host allows;
            .B hearth doctor
            tells what that is, and
            .B hearth help
            .I COMMAND
            what a command takes.
            .SH COMMANDS
            """;

    private static final String TAIL = """
            .SH ENVIRONMENT
            Each option is a variable too, where one is named beside it; what the command line says comes first.
            .TP
            .B HEARTH_LOG_LEVEL
            debug, info, warn or error (info); also levels of packages or classes, as in info,worker.pool=debug.
            .TP
            .B HEARTH_LOG_FORMAT
            text, or json for one object a line (text).
            .TP
            .B HEARTH_JAVA_OPTIONS
            More options for the Java that runs Hearth, such as \\-Xmx2g: a heap of at least 16 MiB, of 64 MiB for events and
            answers of 6 MB, of 512 MiB for packages of 50 MB.
            .SH FILES
            .TP
            .I ~/.hearth
            All that is kept: functions, packages, logs, access keys. The service has it in
            .IR /var/lib/hearth .
            .TP
            .I /etc/default/hearth
            Settings of the service, one variable a line.
            .SH EXAMPLES
            .nf
            hearth up
            export AWS_ENDPOINT_URL_LAMBDA=http://127.0.0.1:9000 AWS_DEFAULT_REGION=us\\-east\\-1
            export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
            aws lambda list\\-functions
            .fi
            .SH SEE ALSO
            .BR aws (1),
            .BR systemctl (1),
            .BR nft (8)
            """;

    private Manual() {}

    public static void main(String[] arguments) {
        System.out.print(page());
    }

    static String page() {
        var page = new StringBuilder(HEAD.replace("VERSION", Hearth.VERSION));
        for (var command : Main.COMMANDS) {
            if (!command.equals(RehearseCommand.COMMAND)) {
                append(page, command);
            }
        }
        return page.append(TAIL).toString();
    }

    private static void append(StringBuilder page, Command command) {
        page.append(".SS ").append(text("hearth " + command.name()));
        if (!command.operand().isEmpty()) {
            page.append(' ').append(text(command.operand()));
        }
        page.append('\n').append(text(command.description())).append('\n');
        for (var option : command.options()) {
            page.append(".TP\n.B ").append(text(option.name()));
            if (!option.isFlag()) {
                page.append(" \\fI").append(text(option.value())).append("\\fR");
            }
            page.append('\n')
                    .append(text(option.description()))
                    .append(text(aside(option)))
                    .append('\n');
        }
    }

    private static String aside(Option option) {
        return (option.fallback().isEmpty() ? "" : " (" + option.fallback() + ")")
                + (option.environment().isEmpty() ? "" : " [" + option.environment() + "]");
    }

    /// A text that roff takes as it stands: a dash is a minus, and no line begins with a request by chance.
    private static String text(String words) {
        var plain = words.replace("\\", "\\e").replace("-", "\\-").replace("\n", "\n\\&");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
