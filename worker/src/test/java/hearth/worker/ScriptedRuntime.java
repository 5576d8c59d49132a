package hearth.worker;

/// A runtime for tests: speaks the Runtime API in plain HTTP, and does what its events tell it to.
final class ScriptedRuntime {
    private ScriptedRuntime() {}

    /// `INIT` says how it starts; an event is a list of words, done one after the other. The last thing done is to
    /// answer with what was gathered, unless a word ended the process or answered otherwise.
    static final String SOURCE = """
            #!/usr/bin/python3 -S
            import os, sys, json, time, signal, socket, struct
            host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
            connection = socket.create_connection((host, int(port)))
            stream = connection.makefile("rb")
            ROOT = "/2018-06-01/runtime/"
            def call(method, path, body=b"", headers=()):
                head = "%s %s HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n" % (method, path, len(body))
                head += "".join("%s: %s\\r\\n" % h for h in headers)
                connection.sendall(head.encode() + b"\\r\\n" + body)
                status = int(stream.readline().split()[1])
                answer = {}
                while True:
                    line = stream.readline().strip().decode()
                    if not line:
                        break
                    name, _, value = line.partition(":")
                    answer[name.lower()] = value.strip()
                return status, answer, stream.read(int(answer.get("content-length", "0")))
            def say(text):
                os.write(1, text.encode())
            def frame(text, kind=0xA55A0003):
                body = text.encode()
                os.write(62, struct.pack(">IIQ", kind, len(body), 1700000000123456) + body)
            init = os.environ.get("INIT", "")
            if init in ("fail", "exit", "hang"):
                say("init begins to " + init)
                frame("and frames it")
                say("and prints")
            if init == "fail":
                call("POST", ROOT + "init/error", b'{"errorMessage":"no","errorType":"Bad"}',
                     [("Lambda-Runtime-Function-Error-Type", "Runtime.Bad")])
                time.sleep(3600)
            if init == "exit":
                os._exit(3)
            if init == "hang":
                time.sleep(3600)
            if init == "once":
                marker = os.environ["MARKER"]
                if not os.path.exists(marker):
                    open(marker, "w").close()
                    os._exit(1)
            if init:
                say("init says " + init + "\\n")
            count = 0
            while True:
                status, head, event = call("GET", ROOT + "invocation/next")
                count += 1
                ident = head["lambda-runtime-aws-request-id"]
                base = ROOT + "invocation/" + ident + "/"
                gathered = []
                answered = False
                for word in json.loads(event):
                    name, _, value = word.partition(" ")
                    if name == "say": say(value)
                    elif name == "frame": frame(value)
                    elif name == "count": gathered.append(count)
                    elif name == "head": gathered.append(head.get(value))
                    elif name == "env": gathered.append(os.environ.get(value))
                    elif name == "environ": gathered.append(dict(os.environ))
                    elif name == "exit": os._exit(int(value))
                    elif name == "kill": os.kill(os.getpid(), int(value)); time.sleep(3600)
                    elif name == "sleep": time.sleep(float(value))
                    elif name == "await":
                        while not os.path.exists(value): time.sleep(0.005)
                    elif name == "write": open(value, "w").close()
                    elif name == "exists": gathered.append(os.path.exists(value))
                    elif name == "fill": os.write(1, (value * 1000 + "\\n").encode())
                    elif name == "flood":
                        line = b"f" * 1023 + b"\\n"
                        for _ in range(int(value) * 16): os.write(1, line * 64)
                    elif name == "raise":
                        call("POST", base + "error", value.encode()); answered = True
                    elif name == "large":
                        gathered.append(call("POST", base + "response", b"x" * int(value))[0]); answered = True
                    elif name == "respond":
                        gathered.append(call("POST", base + "response", value.encode())[0]); answered = True
                    elif name == "cut":
                        connection.sendall(("POST %sresponse HTTP/1.1\\r\\nContent-Length: 9\\r\\n\\r\\nhalf" % base).encode())
                        connection.close()
                        connection = socket.create_connection((host, int(port)))
                        stream = connection.makefile("rb"); answered = True
                    elif name == "pid": gathered.append(os.getpid())
                    elif name == "wrong": gathered.append(call("POST", ROOT + "invocation/no/response", b"1")[0])
                if not answered:
                    call("POST", base + "response", json.dumps(gathered).encode())
            """;
}
