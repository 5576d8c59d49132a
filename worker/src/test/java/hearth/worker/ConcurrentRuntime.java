package hearth.worker;

/// A runtime for tests that runs several invocations at once: a thread each, which asks for its events on a connection
/// of its own.
final class ConcurrentRuntime {
    private ConcurrentRuntime() {}

    /// An event is a list of words, done one after the other. Then the request id is answered.
    static final String SOURCE = """
            #!/usr/bin/python3 -S
            import os, json, time, socket, threading
            host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
            ROOT = "/2018-06-01/runtime/invocation/"
            def serve():
                connection = socket.create_connection((host, int(port)))
                stream = connection.makefile("rb")
                def call(method, path, body=b""):
                    head = "%s %s HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n" % (method, path, len(body))
                    connection.sendall(head.encode() + body)
                    stream.readline()
                    answer = {}
                    while True:
                        line = stream.readline().strip().decode()
                        if not line:
                            break
                        name, _, value = line.partition(":")
                        answer[name.lower()] = value.strip()
                    return answer, stream.read(int(answer.get("content-length", "0")))
                while True:
                    head, event = call("GET", ROOT + "next")
                    ident = head["lambda-runtime-aws-request-id"]
                    for word in json.loads(event):
                        name, _, value = word.partition(" ")
                        if name == "write": open(value, "w").close()
                        elif name == "await":
                            while not os.path.exists(value): time.sleep(0.005)
                        elif name == "sleep": time.sleep(float(value))
                        elif name == "say": os.write(1, (ident + " " + value + "\\n").encode())
                        elif name == "print": os.write(1, (value + "\\n").encode())
                        elif name == "exit": os._exit(int(value))
                    call("POST", ROOT + ident + "/response", ident.encode())
            others = [threading.Thread(target=serve) for _ in range(int(os.environ["THREADS"]))]
            for one in others: one.start()
            """;
}
